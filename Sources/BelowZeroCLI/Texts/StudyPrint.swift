import Foundation
import StressBasics
import StressPipeline
import StudyPlan

/// What `--print-study` prints: the study with nothing left to be looked up, which `belowzero run -` reads.
///
/// Paths are those of the working directory, so that the text works where it was printed; a study that stands there is printed
/// with the very names it has, and gives the same bytes.
struct StudyPrint {
    let study: Study
    let files: InputFiles
    /// The folder that what the study writes and starts is relative to.
    var folder = ""
    let common: CommonOptions

    func print() throws {
        let text = heading + resolved.completeText
        try Console.print(common.json ? jsonText(PrintedStudy(study: text)) : text)
    }

    private var heading: String {
        let place = FileManager.default.currentDirectoryPath
        let printable = SourceLocation.presentablePath(place)
        return "# Printed by belowzero \(programVersion); paths are relative to \(printable)\n"
    }

    private var resolved: Study {
        let folder = folder
        return study.locating(
            data: { [files] in files.base == "." ? $0 : files.located($0) },
            operations: { path in
                path.hasPrefix("/") || folder.isEmpty || folder == "." ? path : folder + "/" + path
            })
    }
}

private struct PrintedStudy: Encodable { let study: String }
