import StressBasics
import Testing

@Suite("Groups in order") struct GroupedInOrderTests {
    @Test("Keys come in the order in which they come first, and every element is in its key's group once, in its place")
    func order() {
        var generator = SeededGenerator(seed: 15)
        for _ in 0..<200 {
            let keys = (0..<Int.random(in: 0...20, using: &generator)).map { _ in
                Int.random(in: 0..<5, using: &generator)
            }
            let groups = keys.indices.groupedInOrder { keys[$0] }
            let wanted = Dictionary(grouping: keys.indices) { keys[$0] }
            #expect(groups.map(\.key) == groups.map(\.key).sorted { (wanted[$0]?[0] ?? 0) < (wanted[$1]?[0] ?? 0) })
            #expect(Dictionary(uniqueKeysWithValues: groups.map { ($0.key, $0.members) }) == wanted)
        }
    }
}
