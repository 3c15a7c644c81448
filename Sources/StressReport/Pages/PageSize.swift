import StressBasics
import StressResults

/// Pages that are larger than a browser likes.
public struct LargePages: Sendable {
    /// From this many bytes on a page is warned of.
    public static let warnedBytes = 1_000_000
    /// Pages above this are left out unless they are asked for.
    public static let mostBytes = 5_000_000

    /// The files to write.
    public private(set) var files: [ReportFile]
    /// Pages that are warned of: path and bytes.
    public private(set) var warned: [(path: String, bytes: Int)] = []
    /// Pages that were replaced by a short one that says so: path and bytes.
    public private(set) var refused: [(path: String, bytes: Int)] = []

    /// Judges the pages among `files`; too large ones are replaced unless `allowLarge`.
    init(_ files: [ReportFile], allowLarge: Bool, most: Int = mostBytes, replacement: (String, Int) -> String) {
        self.files = files
        for place in files.indices where files[place].path.hasSuffix(".html") {
            let (path, bytes) = (files[place].path, files[place].contents.utf8.count)
            if bytes > most, !allowLarge {
                self.files[place].contents = replacement(path, bytes)
                refused.append((path, bytes))
            } else if bytes > LargePages.warnedBytes {
                warned.append((path, bytes))
            }
        }
    }
}

extension RunReport {
    /// The run's files with pages bounded: a page above ``LargePages/mostBytes`` gives way to a short one that says where its
    /// numbers are, unless `allowLarge`.
    public func boundedFiles(allowLarge: Bool) -> LargePages {
        LargePages(files(), allowLarge: allowLarge, replacement: tooLargePage)
    }

    /// The page in place of one that is too large.
    func tooLargePage(path: String, bytes: Int) -> String {
        let root = path.hasPrefix("reports/") ? "../" : ""
        let page = Page(
            title: "\(study.name) · page left out", printFooter: "BelowZero · run \(runID)", subject: "stress run",
            root: root, sections: [], version: version, footer: footer)
        return page.html { w in
            w.element("section", .id("answer"), Attribute("aria-labelledby", "h-answer")) { w in
                w.element("h1", .id("h-answer"), text: "This page would have been \(sizeText(bytes)) large")
                w.element("p", .class("lede")) { w in
                    w.text(
                        "Browsers are slow with such pages, so it was left out. Its numbers are in the files of the run; "
                    )
                    w.text(
                        "fewer platforms, contracts or histories make it smaller, and --allow-large writes it all the same."
                    )
                }
                w.source(["results.csv"], root: root)
            }
        }
    }
}
