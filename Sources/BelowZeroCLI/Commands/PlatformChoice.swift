import StressBasics
import StressPipeline
import StudyPlan

/// The platforms that `--platform` names, each once: a study's own, or venues.
func chosenPlatforms(_ names: String, of own: [NamedPlatform]) throws -> [NamedPlatform] {
    let venues = try VenueLibrary().profiles
    var chosen: [NamedPlatform] = []
    for name in names.split(separator: ",").map(String.init) {
        guard
            let platform = own.first(where: { $0.name == name }) ?? venues.first(where: { $0.name == name })?.platform
        else {
            throw Failure(
                .usage, "there is no platform '\(SourceLocation.presentable(name))'",
                hint: didYouMean(name, among: own.map(\.name) + venues.map(\.name))
                    ?? "'belowzero venues' lists the venues")
        }
        guard !chosen.contains(where: { $0.name == name }) else {
            throw Failure(.usage, "--platform names '\(SourceLocation.presentable(name))' twice")
        }
        chosen.append(platform)
    }
    guard !chosen.isEmpty else { throw Failure(.usage, "--platform names no platform") }
    return chosen
}
