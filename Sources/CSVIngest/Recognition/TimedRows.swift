import PriceSeries

extension SampleTable {
    /// The sampled rows of full width whose time can be read, sorted by it; rows of one time keep the order of the file.
    func timed(_ time: TimeColumn) -> [SampleRow] { stamped(time.columns, time.decoder).map(\.row) }

    /// The same with their times.
    func stamped(_ columns: [Int], _ decoder: TimeDecoder) -> [(time: Int64, row: SampleRow)] {
        let found = joinedValues(columns).compactMap { text, row -> (time: Int64, row: SampleRow)? in
            guard row.fields.count == width, let reading = withBytes(text, decoder.read) else { return nil }
            return (reading.milliseconds, row)
        }
        let order = found.indices.sorted { (found[$0].time, $0) < (found[$1].time, $1) }
        return order.map { found[$0] }
    }
}
