import RunStore
import StressBasics
import StressResults

extension NightsPage {
    /// The numbers of the page for programs, one object on one line: what `belowzero index --json` prints. Keys are only ever
    /// added within a schema version.
    ///
    /// What the runs themselves measured stands in `belowzero history --json` as well; medians, changes and counts stand here
    /// alone. Per study a list of cards in the page's order, each with its values, oldest first, and the runs, newest first.
    public var json: String {
        let counts = newest
        return JSONValue.object([
            ("schema_version", .integer(1)), ("version", .text(version)),
            ("studies_count", .integer(studies.count)), ("runs_count", .integer(runs)),
            ("newest_started_utc", .optional(newestStart?.rfc3339)),
            ("newest_started_from_utc", .optional(newestStarts.min()?.rfc3339)),
            ("failed_runs_count", .integer(counts.failedRuns)),
            ("limits_breached_count", .integer(counts.breached)),
            ("limits_not_shown_count", .integer(counts.notShown)), ("limits_met_count", .integer(counts.met)),
            ("failed_histories_count", .integer(counts.failedJobs)),
            ("cards_count", .integer(studies.flatMap(\.cards).count)),
            ("studies", .list(zip(addresses, studies).map { $1.numbers(address: $0) })),
        ]).line + "\n"
    }
}

extension NightsPage.StudyHistory {
    /// The numbers of the study's section; `address` is its id on the page.
    fileprivate func numbers(address: String) -> JSONValue {
        let (newest, cards) = (records[0], cards)
        return .object([
            ("study", .text(study)), ("address", .text(address)), ("shown_runs_count", .integer(shown.count)),
            ("newest_started_utc", .text(newest.run.started.rfc3339)),
            ("limits_breached_count", .integer(newest.limits.count { $0.status == "breach" })),
            ("limits_not_shown_count", .integer(newest.limits.count { $0.status == "not_shown" })),
            ("failed_histories_count", .integer(newest.jobs.count(where: \.isFailed))),
            ("cells_count", .integer(allCards)), ("cards_count", .integer(cards.count)),
            ("cards", .list(cards.map(\.numbers))),
            ("runs", .list(zip(shown, changes).reversed().map { $0.numbers($1) })),
        ])
    }
}

extension RunRecord {
    /// The numbers of the run's row.
    fileprivate func numbers(_ change: RunChange) -> JSONValue {
        .object([
            ("started_utc", .text(run.started.rfc3339)), ("status", .text(run.status.rawValue)),
            ("exit_code", .integer(run.exitCode)), ("message", .text(run.message)),
            ("folder", .optional(run.folder)), ("duration_s", .number(run.duration.inSeconds)),
            ("histories_count", .integer(jobs.count)), ("histories_done_count", .integer(jobsDone)),
            ("warnings_count", .integer(warnings)), ("is_study_changed", .flag(change.study || change.limits)),
            ("are_figures_changed", .flag(change.study)),
            ("version_before", .optional(change.version)), ("is_older_data_changed", .flag(change.revised)),
            ("bars_added_count", .integer(change.added)),
        ])
    }
}

extension NightCard {
    /// The numbers of the card: values and limit in `unit`.
    fileprivate var numbers: JSONValue {
        .object([
            ("asset", .text(asset)), ("cell", cell.map { .object($0.members) } ?? .null), ("measure", .text(column)),
            ("unit", .optional(unit?.rawValue)), ("status", .text(status)), ("form", .text(form)),
            ("limit", .optional(limit)), ("value", .optional(nights.last?.value)), ("median", .optional(median)),
            ("change_from_median", .optional(changeFromMedian)), ("lowest", .optional(values.min())),
            ("highest", .optional(values.max())), ("last_value", .optional(lastGood?.value)),
            ("last_value_utc", .optional(lastGood?.started.rfc3339)), ("values_count", .integer(values.count)),
            ("runs_count", .integer(nights.count)), ("breaks_count", .integer(breaks)),
            ("ci_low_frac", .optional(unit == .fraction ? nights.last?.interval?.low : nil)),
            ("ci_high_frac", .optional(unit == .fraction ? nights.last?.interval?.high : nil)),
            ("nights", .list(nights.map(\.numbers))), ("predicted_low", .optional(prediction?.ends.low)),
            ("predicted_high", .optional(prediction?.ends.high)),
            ("predicted_moves_count", prediction.map { .integer($0.moves) } ?? .null),
            ("predicted_within_count", prediction.map { .integer($0.moves - 1) } ?? .null),
            ("predicted_of_count", prediction.map { .integer($0.moves + 1) } ?? .null),
        ])
    }
}

extension NightCard.Night {
    fileprivate var numbers: JSONValue {
        .object([
            ("started_utc", .text(started.rfc3339)), ("value", .optional(value)), ("limit", .optional(limit)),
        ])
    }
}
