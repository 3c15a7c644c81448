/// Means that are judged side by side, each with the bits that ``ClusteredMean`` gives it by itself.
struct ClusteredMeans {
    /// A ratio of all time blocks, and what the history has to say about its mean.
    struct Asked {
        let ratio: BlockRatio
        let evidence: MeanInference.Evidence

        init(_ ratio: BlockRatio, _ evidence: MeanInference.Evidence) {
            (self.ratio, self.evidence) = (ratio, evidence)
        }
    }

    /// In the order in which they were asked; nil for one that is not above zero.
    let inferences: [MeanInference?]

    /// O(means × blocks).
    init(_ asked: [Asked], _ panel: HorizonPanel) {
        let columns = asked.map { panel.held($0.ratio) }
        let (sums, weights) = (columnSums(columns.map(\.sums)), columnSums(columns.map(\.weights)))
        let means = zip(sums, weights).map { $1 > 0 ? $0 / $1 : 0 }
        var found = zip(asked, means).map { asked, mean in
            mean > 0 ? asked.evidence.refusal.map { MeanInference(mean: mean, without: $0) } : nil
        }
        // Where the history refuses an interval, nobody asks for more than the mean.
        let open = asked.indices.filter { means[$0] > 0 && asked[$0].evidence.refusal == nil }
        let length = panel.plan.meanLength
        let forms = RunForms.of(open.map { columns[$0].residuals(of: means[$0]) }, meanLength: length)
        let ofSums = effectiveRuns(of: open.map { columns[$0].sums }, length: length)
        let ofWeights = effectiveRuns(of: open.map { columns[$0].weights }, length: length)
        for (place, index) in open.enumerated() {
            let mean = ClusteredMean(
                mean: means[index], weight: weights[index], forms: forms[place],
                clusters: min(ofSums[place], ofWeights[place]))
            found[index] = MeanInference(mean, evidence: asked[index].evidence, confidence: panel.rules.confidence)
        }
        inferences = found
    }
}
