extension [Int64] {
    /// The value that stands at `place`, from 0, when all are sorted; reorders them. On average O(n), of which a day has millions.
    ///
    /// C. A. R. Hoare, "Algorithm 65: Find", Communications of the ACM 4 (1961).
    mutating func select(_ place: Int) -> Int64 {
        var (low, high) = (0, count - 1)
        while low < high {
            let pivot = self[low + (high - low) / 2]
            var (left, right) = (low, high)
            while left <= right {
                while self[left] < pivot { left += 1 }
                while self[right] > pivot { right -= 1 }
                guard left <= right else { break }
                swapAt(left, right)
                (left, right) = (left + 1, right - 1)
            }
            if place <= right { high = right } else if place >= left { low = left } else { break }
        }
        return self[place]
    }
}
