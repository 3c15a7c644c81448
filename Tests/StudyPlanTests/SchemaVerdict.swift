import Foundation

/// JSON Schema in as much of its words as the schema of studies uses, word by word and slowly. Anything else is an error.
struct SchemaVerdict {
    let schema: [String: Any]

    struct UnknownWord: Error { let word: String }

    init(_ text: String) throws {
        schema = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    }

    /// Whether a document is valid.
    func takes(_ value: Any) throws -> Bool { try takes(value, schema) }

    private func takes(_ value: Any, _ rules: [String: Any]) throws -> Bool {
        for (word, rule) in rules where try !holds(word, rule, value, rules) { return false }
        return true
    }

    private func takes(_ value: Any, _ rules: Any) throws -> Bool {
        guard let rules = rules as? [String: Any] else { return rules as? Bool ?? false }
        return try takes(value, rules)
    }

    private func holds(_ word: String, _ rule: Any, _ value: Any, _ rules: [String: Any]) throws -> Bool {
        switch word {
        case "$schema", "$id", "$defs", "$comment", "title", "description", "default": return true
        case "$ref":
            let name = String((rule as? String ?? "").dropFirst("#/$defs/".count))
            return try takes(value, (schema["$defs"] as? [String: Any])?[name] ?? false)
        case "anyOf": return try (rule as? [Any] ?? []).contains { try takes(value, $0) }
        case "not": return try !takes(value, rule)
        case "type":
            let types = rule as? [String] ?? [rule as? String ?? ""]
            return types.contains { isOf($0, value) }
        case "enum": return (rule as? [Any] ?? []).contains { equal($0, value) }
        case "const": return equal(rule, value)
        default: break
        }
        if let object = value as? [String: Any] { return try holds(word, rule, ofObject: object, rules) }
        if let list = value as? [Any] { return try holds(word, rule, ofList: list, rules) }
        if let text = value as? String { return try holds(word, rule, ofText: text) }
        return try holds(word, rule, ofNumber: isFlag(value) ? nil : (value as? NSNumber)?.doubleValue)
    }

    private func holds(_ word: String, _ rule: Any, ofObject value: [String: Any], _ rules: [String: Any]) throws
        -> Bool
    {
        let known = rules["properties"] as? [String: Any] ?? [:]
        switch word {
        case "properties":
            return try known.allSatisfy { key, rule in try value[key].map { try takes($0, rule) } ?? true }
        case "required": return (rule as? [String] ?? []).allSatisfy { value[$0] != nil }
        case "minProperties": return value.count >= rule as? Int ?? 0
        case "propertyNames": return try value.keys.allSatisfy { try takes($0, rule) }
        case "additionalProperties": return try value.allSatisfy { try known[$0.key] != nil || takes($0.value, rule) }
        default: return try ignored(word)
        }
    }

    private func holds(_ word: String, _ rule: Any, ofList value: [Any], _ rules: [String: Any]) throws -> Bool {
        let first = rules["prefixItems"] as? [Any] ?? []
        switch word {
        case "minItems": return value.count >= rule as? Int ?? 0
        case "maxItems": return value.count <= rule as? Int ?? 0
        case "uniqueItems":
            return value.indices.allSatisfy { a in value.indices.allSatisfy { $0 <= a || !equal(value[a], value[$0]) } }
        case "prefixItems": return try zip(value, first).allSatisfy { try takes($0, $1) }
        case "items": return try value.dropFirst(first.count).allSatisfy { try takes($0, rule) }
        default: return try ignored(word)
        }
    }

    private func holds(_ word: String, _ rule: Any, ofText value: String) throws -> Bool {
        switch word {
        case "minLength": return value.count >= rule as? Int ?? 0
        case "maxLength": return value.count <= rule as? Int ?? 0
        case "pattern":
            let form = try NSRegularExpression(pattern: rule as? String ?? "")
            return form.firstMatch(in: value, range: NSRange(value.startIndex..., in: value)) != nil
        default: return try ignored(word)
        }
    }

    private func holds(_ word: String, _ rule: Any, ofNumber value: Double?) throws -> Bool {
        guard let value, let end = rule as? Double else { return try ignored(word) }
        switch word {
        case "minimum": return value >= end
        case "maximum": return value <= end
        case "exclusiveMinimum": return value > end
        case "exclusiveMaximum": return value < end
        default: return try ignored(word)
        }
    }

    /// A word that says nothing of a value of this type.
    private func ignored(_ word: String) throws -> Bool {
        let known = [
            "properties", "required", "minProperties", "propertyNames", "additionalProperties", "minItems", "maxItems",
            "uniqueItems", "prefixItems", "items", "minLength", "maxLength", "pattern", "minimum", "maximum",
            "exclusiveMinimum", "exclusiveMaximum",
        ]
        guard known.contains(word) else { throw UnknownWord(word: word) }
        return true
    }

    private func isOf(_ type: String, _ value: Any) -> Bool {
        switch type {
        case "object": value is [String: Any]
        case "array": value is [Any]
        case "string": value is String
        case "boolean": isFlag(value)
        case "number": !isFlag(value) && value is NSNumber
        case "integer":
            !isFlag(value) && (value as? NSNumber).map { $0.doubleValue == $0.doubleValue.rounded() } ?? false
        default: false
        }
    }

    private func isFlag(_ value: Any) -> Bool {
        (value as? NSNumber).map { String(cString: $0.objCType) == "c" || String(cString: $0.objCType) == "B" } ?? false
    }

    private func equal(_ a: Any, _ b: Any) -> Bool {
        if let a = a as? String, let b = b as? String { return a == b }
        return isFlag(a) == isFlag(b) && (a as? NSObject) == (b as? NSObject) && (a as? NSObject) != nil
    }
}
