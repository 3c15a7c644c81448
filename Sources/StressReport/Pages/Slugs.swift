import StressBasics
import StressResults

/// Safe and different file names for the pages of assets, whose names are free text.
///
/// ASCII letters and digits stay, in lower case; everything else becomes `-`. A name that lost something, or that
/// another asset's name became too, gets eight digits of its digest.
func pageSlugs(for assets: [String]) -> [String] {
    let bases = assets.map(slugBase)
    var used: Set<String> = []
    return zip(assets, bases).map { asset, base in
        let isShared = bases.count { $0 == base } > 1
        let isLossy = base.isEmpty || base != asset.lowercased()
        let wanted = isShared || isLossy ? joined(base, String(Digest(of: asset).hex.prefix(8))) : base
        var slug = wanted
        var copy = 2
        while !used.insert(slug).inserted {
            slug = "\(wanted)-\(copy)"
            copy += 1
        }
        return slug
    }
}

private func joined(_ base: String, _ suffix: String) -> String {
    base.isEmpty ? suffix : base + "-" + suffix
}

private func slugBase(_ asset: String) -> String {
    let safe = asset.lowercased().unicodeScalars.map { scalar -> Character in
        ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) ? Character(scalar) : "-"
    }
    let words = String(safe).split(separator: "-")
    return String(words.joined(separator: "-").prefix(40))
}
