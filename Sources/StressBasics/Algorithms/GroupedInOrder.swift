extension Sequence {
    /// What has the same key together, in the order in which the keys come first; members keep their order. O(elements).
    public func groupedInOrder<Key: Hashable>(by key: (Element) -> Key) -> [(key: Key, members: [Element])] {
        var (groups, places): ([(key: Key, members: [Element])], [Key: Int]) = ([], [:])
        for element in self {
            let key = key(element)
            if let place = places[key] {
                groups[place].members.append(element)
            } else {
                places[key] = groups.count
                groups.append((key, [element]))
            }
        }
        return groups
    }
}
