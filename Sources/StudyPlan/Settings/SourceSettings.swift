import PriceSeries
import StressBasics

extension Settings {
    /// How price files are read. ``Setting/standard`` is nil where the file itself tells.
    public enum Source {
        /// How times are written.
        public static let time = Setting<TimeNotation>(
            "time",
            .form(
                #"auto|s|ms|us|ns|excel|ISO 8601|ISO|iso|ms of [0-9]{4}-[0-9]{2}-[0-9]{2}|[\s\S]*%[\s\S]*"#,
                words: TimeNotation.settings), standard: .automatic,
            "Time notation: auto, s, ms, us, ns, 'ISO 8601', excel, 'ms of 2017-12-17' or a pattern such as %d/%m/%Y.",
            read: { reader in
                guard let text = reader.text() else { return nil }
                return TimeNotation(setting: text)
                    ?? reader.wrong(
                        "'\(SourceLocation.presentable(text))' is no time notation",
                        hint: "write \(TimeNotation.settings)")
            }, text: { yamlText($0.setting) })
        /// Whether the first row holds names.
        public static let header = Setting<HeaderRule>(
            "header", .oneOf([.choice(["auto"]), .flag]), standard: .automatic,
            "Whether the first row holds names: auto, true or false.",
            read: { reader in
                if reader.node.scalar?.string == "auto" { return .automatic }
                return reader.node.bool.map { $0 ? .present : .absent } ?? reader.expected("auto, true or false")
            },
            text: { rule in
                switch rule {
                case .automatic: "auto"
                case .present: "true"
                case .absent: "false"
                }
            })
        /// What a row is.
        public static let kind = Setting(
            "kind", standard: RowKind.automatic, "What a row is: auto, bars, price, trades or quotes.")
        /// What single trades and quotes become.
        public static let bar = Setting("bar", "Length of the bars that trades and quotes become, such as 1m.")
        /// How numbers are written.
        public static let numbers = Setting<NumberStyle>(
            "numbers", .choice(NumberStyle.allCases.map(\.rawValue)), standard: .automatic,
            "How numbers are written, by an example: auto, 1234.5, 1,234.5, 1234,5, 1.234,5, '1 234,5' or 1'234.5.",
            read: { reader in
                if let style = reader.node.scalar.flatMap({ NumberStyle(rawValue: $0.string) }) { return style }
                let known = NumberStyle.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
                return reader.expected("an example of how numbers are written", hint: "write one of \(known)")
            }, text: { yamlText($0.rawValue) })
        /// What separates the fields.
        public static let delimiter = Setting<FieldDelimiter>(
            "delimiter", .choice(FieldDelimiter.allCases.map(\.rawValue)), standard: nil,
            "What separates the fields: , ; | or tab.",
            read: { reader in
                reader.text().flatMap { text in
                    FieldDelimiter(rawValue: text)
                        ?? reader.expected("a delimiter", hint: "write \",\", \";\", \"\\t\" or \"|\"")
                }
            }, text: { yamlText($0.rawValue) })
        /// The files.
        static let path = Setting<[String]>(
            "path", .list(.text), standard: nil,
            "The files, relative to the study; patterns such as *.csv are read in name order as one series.",
            read: StudyLoader.paths, text: { "[\($0.map(yamlText).joined(separator: ", "))]" })
        /// The format by its name; nil for finding out.
        public static let format = Setting<String?>(
            "format", .text, standard: .some(nil), "A named format (see 'belowzero check --help'), or auto.",
            read: { reader in reader.filledText("the name of a format, or auto").map { $0 == "auto" ? nil : $0 } },
            text: { yamlText($0 ?? "auto") })
        static let columns = SettingFacts(
            "columns", .section(Columns.section), "Columns by 0-based position or header name.")
        static let timezone = Setting<TimeSpan>(
            "timezone", .form("UTC|Z|[+-](0[0-9]|1[0-4]):[0-5][0-9]", words: "UTC or an offset such as +03:00"),
            standard: TimeSpan(milliseconds: 0), "Zone of times that state none: UTC or an offset such as +03:00.",
            read: StudyLoader.utcOffset, text: { yamlText(StudyLoader.offsetText($0)) })
        /// Which market of several.
        public static let symbol = Setting(
            "symbol", .text, "The market to read from a file that holds several.",
            read: { $0.filledText("the text of the symbol column") })
        /// Which table of several.
        public static let table = Setting(
            "table", .text, "The table to read from an archive that holds several, by its name.",
            read: { $0.filledText("the name of a table") })
        /// What of a file becomes an asset of its own.
        public static let each = Setting<MarketDivision>(
            "each", "What becomes an asset of its own in files that hold several markets: symbol or table.")
        static let policy = SettingFacts(
            "policy", .section(Policies.section), "What is done with what a check of the prices finds.")
        static let placed: [PlacedSetting<BarSource>] = [
            PlacedSetting(format, \.format), PlacedSetting(time, \.time), PlacedSetting(timezone, \.utcOffset),
            PlacedSetting(header, \.header), PlacedSetting(kind, \.kind), PlacedSetting(optional: bar, \.barLength),
            PlacedSetting(numbers, \.numbers), PlacedSetting(optional: delimiter, \.delimiter),
            PlacedSetting(optional: symbol, \.symbol), PlacedSetting(optional: table, \.table),
            PlacedSetting(optional: each, \.each),
        ]
        /// What every price file may say.
        static let common: [SettingFacts] = [
            path.facts, format.facts, columns, time.facts, timezone.facts, header.facts, kind.facts, bar.facts,
            numbers.facts, delimiter.facts, symbol.facts, table.facts, each.facts, policy,
        ]
        /// Prices beside those that are traded.
        static let section = Section("source", common, required: [path.key])
    }

    /// A price history.
    enum Input {
        static let asset = Setting(
            "asset", .label, "The price history's name, the key in every output.",
            read: { reader in reader.text().flatMap(reader.outputName) })
        static let funding = SettingFacts(
            "funding", .section(Funding.section), "What holding a position costs or earns.")
        static let mark = SettingFacts(
            "mark", .section(Source.section), "Mark prices: they trigger, traded prices fill.")
        static let reference = SettingFacts(
            "reference", .section(Source.section),
            "Another venue's prices, which tell a bad tick from a move of the market.")
        static let section = Section(
            "data", [asset.facts, funding, mark, reference] + Source.common, required: [asset.key, Source.path.key])
    }

    /// Where the columns of a price file are.
    enum Columns {
        static let times = SettingFacts("time", .list(.column), "The time; several columns are read as one text.")
        static let open = SettingFacts("open", .column, "The first price of a bar.")
        static let high = SettingFacts("high", .column, "Its highest price.")
        static let low = SettingFacts("low", .column, "Its lowest price.")
        static let close = SettingFacts("close", .column, "Its last price.")
        static let price = SettingFacts("price", .column, "The one price of a row.")
        static let bid = SettingFacts("bid", .column, "The best bid.")
        static let ask = SettingFacts("ask", .column, "The best ask.")
        static let volume = SettingFacts("volume", .column, "What was traded.")
        static let symbol = SettingFacts("symbol", .column, "Which market a row is of.")
        static let bar = [open, high, low, close]
        private static let beside = [times, open, high, low, close, price, bid, ask, volume].map(\.key)
        static let section = Section(
            "columns", [times] + bar + [price, bid, ask, volume, symbol],
            forms: [
                Section.Form(has: [symbol.key], lacks: beside),
                Section.Form(has: [times.key, price.key], lacks: (bar + [bid, ask]).map(\.key)),
                Section.Form(has: [times.key, bid.key, ask.key], lacks: (bar + [price]).map(\.key)),
                Section.Form(has: [times.key] + bar.map(\.key), lacks: [price.key, bid.key, ask.key]),
            ])
    }

    /// What is done with what the checks of the prices find.
    enum Policies {
        static func of(_ check: SourceCheck) -> SettingFacts {
            let words = check.actions.map(\.rawValue)
            return SettingFacts(
                key: check.rawValue, kind: .choice(words), standard: words[0], start: nil,
                help: "One of \(words.joined(separator: ", ")).")
        }
        static let section = Section("policy", SourceCheck.allCases.map(of))
    }

    /// What holding a position costs or earns.
    enum Funding {
        static let columns = SettingFacts(
            "columns", .section(FundingColumns.section), "Columns by 0-based position or header name.")
        static let shift = Setting<TimeSpan>(
            "shift", .form("-?[0-9]+(ms|s|m|h|d|w)", words: "a duration, such as 0s, 15m or -3h"),
            standard: TimeSpan(milliseconds: 0), "What is added to every time.", read: StudyLoader.signedSpan,
            text: { ($0.milliseconds < 0 ? "-" : "") + TimeSpan(milliseconds: abs($0.milliseconds)).text })
        static let rate = Setting(
            "rate", -0.1...0.1, "A constant rate, a fraction of notional; above 0 longs pay.")
        static let interval = Setting<TimeSpan>("interval", "How often it is paid.")
        /// What a file of rates may say.
        static let file: [SettingFacts] = [
            Source.path.facts, columns, Source.time.facts, Source.timezone.facts, Source.header.facts, shift.facts,
        ]
        private static let constant = [rate.facts, interval.facts]
        static let section = Section(
            "funding", file + constant,
            forms: [
                Section.Form(has: [Source.path.key], lacks: constant.map(\.key)),
                Section.Form(has: constant.map(\.key), lacks: file.map(\.key)),
            ], example: "funding: {path: funding.csv} or funding: {rate: 0.0001, interval: 8h}")
    }

    /// Where the columns of a file of rates are.
    enum FundingColumns {
        static let time = SettingFacts("time", .column, "The time.")
        static let rate = SettingFacts("rate", .column, "The rate.")
        static let section = Section("funding.columns", [time, rate], required: [time.key, rate.key])
    }
}
