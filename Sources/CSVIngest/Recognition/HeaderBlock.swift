/// Several rows without values above the data: a padded title and the names, or names, markets and the name of the index as
/// pandas writes them.
struct HeaderBlock {
    /// The row with the most different names, completed by rows that name one column alone.
    let header: SampleRow
    /// Rows of the block.
    let count: Int

    /// Nil for a single row of names, which needs no judging. Rows of another width than `width` end the block.
    init?(_ rows: ArraySlice<SampleRow>, width: Int) {
        let block = Array(
            rows.prefix(5).prefix { row in
                row.fields.count == width
                    && (SampleTable.looksLikeHeader(row) || row.fields.allSatisfy { $0.isEmpty })
            })
        guard block.count > 1, block.count < 5, rows.count > block.count else { return nil }
        func names(_ row: SampleRow) -> Set<String> { Set(row.fields.map(trimmed).filter { !$0.isEmpty }) }
        let most = block.map { names($0).count }.max() ?? 0
        guard let index = block.firstIndex(where: { names($0).count == most }), most > 1 else { return nil }
        // A second row as full as the names is data of words, not a part of the header.
        guard block.indices.allSatisfy({ $0 == index || names(block[$0]).count * 2 <= most }) else { return nil }
        var header = block[index]
        for row in block[(index + 1)...] {
            let said = row.fields.indices.filter { !trimmed(row.fields[$0]).isEmpty }
            if said.count == 1, header.fields.indices.contains(said[0]) { header.fields[said[0]] = row.fields[said[0]] }
        }
        (self.header, count) = (header, block.count)
    }
}
