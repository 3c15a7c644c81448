import CSVIngest
import PriceSeries
import StressBasics
import StudyPlan

extension InputFiles {
    /// The study with its files found and every market of an input with `each` an asset of its own, and a note on how many
    /// there are. An input whose file cannot be divided stays as it is, for the run to say why.
    ///
    /// - Throws: ``StudyError`` when headline or limits name an asset that there is not, or a market's name is no name of an
    ///   asset; a ``Failure`` when that may be because of a file that cannot be divided.
    public func divided(_ study: Study, file: String, threads: Int) throws -> Partial<Study> {
        var result = study
        let parts = expanded(study.inputs).map { ($0, markets(of: $0, threads: threads)) }
        result.inputs = try parts.flatMap { try assets(of: $0, $1, file: file) }
        let errors = parts.compactMap { $1.error }
        if errors.isEmpty {
            try result.validate(file: file)
        } else if (try? result.undivided.validate(file: file)) == nil {
            throw Failure(errors)
        }
        return Partial(result, findings: parts.compactMap { note(on: $0, $1) })
    }

    /// The markets that an input is divided into; none for an input that is not, or whose patterns fit no file.
    private func markets(of input: StudyInput, threads: Int) -> Result<[SourceMarket], IngestError> {
        guard input.source.each != nil, unmatched(input).isEmpty else { return .success([]) }
        var options = IngestOptions(threads: threads, files: 1)
        options = finding(options)
        do throws(IngestError) {
            return .success(try marketsOf(input.source, options: options))
        } catch {
            return .failure(error)
        }
    }

    private func assets(
        of input: StudyInput, _ found: Result<[SourceMarket], IngestError>, file: String
    ) throws -> [StudyInput] {
        guard let markets = try? found.get(), !markets.isEmpty else { return [input] }
        return try markets.map { market in
            let name = input.assetName(ofMarket: market.name)
            guard StudyInput.isUsableName(name) else { throw unusable(name, file: file) }
            var asset = input
            (asset.asset, asset.source) = (name, market.source)
            asset.mark = input.mark.map { market.picked(from: $0) }
            asset.reference = input.reference.map { market.picked(from: $0) }
            return asset
        }
    }

    private func unusable(_ name: String, file: String) -> StudyError {
        StudyError([
            Finding(
                check: "bad_value", severity: .error,
                message: "a market cannot be an asset under the name '\(SourceLocation.presentable(name))'",
                location: SourceLocation(file: file),
                hint:
                    "an asset's name has 1 to 64 characters that show: choose a shorter one for the input, or pick the markets"
            )
        ])
    }

    private func note(on input: StudyInput, _ found: Result<[SourceMarket], IngestError>) -> Finding? {
        guard let each = input.source.each, let markets = try? found.get(), !markets.isEmpty else { return nil }
        let noun = markets.count == 1 ? each.rawValue : "\(each.rawValue)s"
        return Finding(
            check: "divided_input", severity: .note,
            message:
                "'\(input.asset)' has \(groupedText(markets.count, separator: " ")) \(noun), each an asset of its own",
            count: markets.count, location: input.source.files.first.map { SourceLocation(file: $0) })
    }
}

extension SourceMarket {
    /// The same market of a series beside the prices; what is not divided is of all markets.
    fileprivate func picked(from beside: BarSource) -> BarSource {
        guard beside.each != nil else { return beside }
        var picked = beside
        (picked.symbol, picked.table, picked.each) = (source.symbol ?? beside.symbol, source.table ?? beside.table, nil)
        return picked
    }
}

extension Study {
    /// The same study with inputs that are read as they are.
    fileprivate var undivided: Study {
        var copy = self
        for index in copy.inputs.indices { copy.inputs[index].source.each = nil }
        return copy
    }
}

extension Result<[SourceMarket], IngestError> {
    fileprivate var error: IngestError? {
        if case .failure(let error) = self { error } else { nil }
    }
}
