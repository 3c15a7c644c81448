import StressBasics

/// Names that key outputs: of assets and of platforms.
enum OutputName {
    /// The longest name, in characters.
    static let longest = 64

    /// Why `name` cannot key outputs and what to do about it; nil when it can.
    ///
    /// It has 1 to 64 characters, none of which is hostile (``Swift/Unicode/Scalar/isHostile``), no white space at an end, and
    /// does not begin as a formula: it stands in every table as it is.
    static func objection(to name: String) -> (message: String, hint: String)? {
        guard !name.isEmpty, name.count <= longest, name.utf8.count <= 4 * longest else {
            return ("a name has 1 to \(longest) characters", "choose a shorter one")
        }
        if let scalar = name.unicodeScalars.first(where: \.isHostile) {
            return (
                "the name '\(SourceLocation.presentable(name))' has the character \(scalar.codeText), which does not show",
                "a name has printable characters alone; type it anew instead of pasting it"
            )
        }
        if name.first?.isWhitespace == true || name.last?.isWhitespace == true {
            return ("the name '\(name)' has white space at an end", "remove it")
        }
        guard CSVText.beginsAsFormula(name) else { return nil }
        return (
            "the name '\(name)' begins with '\(name.prefix(1))', and a spreadsheet would run it as a formula",
            "begin it with a letter or a digit, such as x\(name)"
        )
    }
}

extension StudyInput {
    /// Whether `name` can key outputs: 1 to 64 characters, all of which show, without white space at an end and without the
    /// beginning of a formula.
    public static func isUsableName(_ name: String) -> Bool { OutputName.objection(to: name) == nil }
}

extension YAMLReader {
    /// `name`, unless it cannot key outputs.
    func outputName(_ name: String) -> String? {
        guard let objection = OutputName.objection(to: name) else { return name }
        return wrong(objection.message, hint: objection.hint)
    }
}
