import StressBasics

/// What no price says: what platforms, keys and tax offices take.
extension RunAnswers {
    /// Failed platforms and lost keys.
    var custody: Answer {
        let sentence: [Phrase] = [
            .plain("A failed platform or lost keys can, whatever the price does, and no price history says how often.")
        ]
        return Answer(.custody, .notAsked, sentence, link: "index.html#questions")
            .hinting("belowzero custody --years 5 --hazard 1% says what a hazard of yours comes to; it is not advice.")
    }

    /// Realised losses against gains and income.
    var tax: Answer {
        let sentence: [Phrase] = [
            .plain("A realised loss may lower taxes on other gains, and no price history says by how much.")
        ]
        return Answer(.tax, .notAsked, sentence, link: "index.html#questions")
            .hinting("belowzero tax --loss 25000 --income-rate 24% says what a loss comes to; it is not advice.")
    }
}
