/// `text` with every mark of `marks` written as it says, scalar by scalar: a mark with an accent or a joiner behind it is one character
/// with it to Swift, and still a mark to whoever reads the text next.
public func escapingMarks(_ text: String, _ marks: [Unicode.Scalar: String]) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        if let written = marks[scalar] { result += written } else { result.unicodeScalars.append(scalar) }
    }
    return result
}
