/// The open positions of a class by trigger price, the next to be due first.
///
/// Keys are signed so that a position is due where the signed price is at or below its key. Positions that were closed in another way
/// stay until they come up, or until they are more than those that stand.
struct TriggerHeap {
    private struct Node {
        let key: Double
        let serial: Int
    }

    private var nodes: [Node] = []
    /// How many nodes the last sweep left.
    private var kept = 0

    /// Adds a position. O(log positions).
    mutating func add(key: Double, serial: Int) {
        nodes.append(Node(key: key, serial: serial))
        var child = nodes.count - 1
        while child > 0, nodes[(child - 1) / 2].key < nodes[child].key {
            nodes.swapAt((child - 1) / 2, child)
            child = (child - 1) / 2
        }
    }

    /// Shows every position whose key is at least `threshold`. O(of them).
    func forEach(from threshold: Double, _ visit: (Int) -> Void) {
        guard let first = nodes.first, first.key >= threshold else { return }
        var stack = [0]
        while let node = stack.popLast() {
            visit(nodes[node].serial)
            for child in [2 * node + 1, 2 * node + 2] where child < nodes.count && nodes[child].key >= threshold {
                stack.append(child)
            }
        }
    }

    /// Removes what is closed from the top, and everywhere once it may be half of all. Amortised O(log positions).
    mutating func clean(isOpen: (Int) -> Bool) {
        while let first = nodes.first, !isOpen(first.serial) { removeFirst() }
        guard nodes.count > 64, nodes.count > 2 * kept else { return }
        nodes = nodes.filter { isOpen($0.serial) }.sorted { $0.key > $1.key }
        kept = nodes.count
    }

    private mutating func removeFirst() {
        let last = nodes.removeLast()
        guard !nodes.isEmpty else { return }
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < nodes.count else { break }
            if child + 1 < nodes.count, nodes[child + 1].key > nodes[child].key { child += 1 }
            guard nodes[child].key > last.key else { break }
            nodes[parent] = nodes[child]
            parent = child
        }
        nodes[parent] = last
    }
}
