//! The rules: their names, how grave they are, and their words in English and Chinese.

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It cannot be meant.
    Error,
    /// It can be meant.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    pub fn code(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// A rule of the linter, in the order in which findings of one promotion are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Rule {
    Invalid,
    UnknownMarket,
    WrongCurrency,
    MissingLabel,
    WindowOver,
    WindowNeverOpens,
    NeverUsable,
    MatchesNothing,
    UnknownName,
    GetScopeOverlaps,
    ExcludesUnknown,
    StepWithoutUse,
    CapWithoutUse,
    ThresholdAlwaysMet,
    BelowFloor,
    NoEffect,
    GivesAway,
    DeepCut,
    PriorPrice,
    PriorPriceUnknown,
    Twice,
    NeverChosen,
    ExclusiveTwice,
    GivesAwayTogether,
    DeepTogether,
    GrantsByPortrait,
    GrantExpired,
    GrantCouponUnknown,
    BadWindow,
    CalendarEnds,
}

/// Name, gravity, what is wrong and what to do, each in English and Chinese.
type Words = (&'static str, Severity, [&'static str; 2], [&'static str; 2]);

impl Rule {
    /// All rules, in order.
    pub const ALL: [Rule; 30] = [
        Rule::Invalid,
        Rule::UnknownMarket,
        Rule::WrongCurrency,
        Rule::MissingLabel,
        Rule::WindowOver,
        Rule::WindowNeverOpens,
        Rule::NeverUsable,
        Rule::MatchesNothing,
        Rule::UnknownName,
        Rule::GetScopeOverlaps,
        Rule::ExcludesUnknown,
        Rule::StepWithoutUse,
        Rule::CapWithoutUse,
        Rule::ThresholdAlwaysMet,
        Rule::BelowFloor,
        Rule::NoEffect,
        Rule::GivesAway,
        Rule::DeepCut,
        Rule::PriorPrice,
        Rule::PriorPriceUnknown,
        Rule::Twice,
        Rule::NeverChosen,
        Rule::ExclusiveTwice,
        Rule::GivesAwayTogether,
        Rule::DeepTogether,
        Rule::GrantsByPortrait,
        Rule::GrantExpired,
        Rule::GrantCouponUnknown,
        Rule::BadWindow,
        Rule::CalendarEnds,
    ];

    /// Its name.
    pub fn code(self) -> &'static str {
        self.words().0
    }

    /// How grave it is.
    pub fn severity(self) -> Severity {
        self.words().1
    }

    pub(super) fn text(self, language: &str) -> &'static str {
        self.words().2[usize::from(language.starts_with("zh"))]
    }

    pub(super) fn fix(self, language: &str) -> &'static str {
        self.words().3[usize::from(language.starts_with("zh"))]
    }

    fn words(self) -> Words {
        use Severity::{Error, Warning};
        match self {
            Rule::Invalid => (
                "invalid",
                Error,
                ["It does not fit the language of promotions: {0}.", "不符合促销语言的写法：{0}。"],
                [
                    "See the page \"offers\" of the manual for what this field takes.",
                    "请查手册的 offers 一页，看这一字段能写什么。",
                ],
            ),
            Rule::UnknownMarket => (
                "unknown_market",
                Error,
                ["The shop has no market \"{0}\".", "店铺没有“{0}”这个市场。"],
                ["Write one of: {1}.", "请写其中之一：{1}。"],
            ),
            Rule::WrongCurrency => (
                "wrong_currency",
                Error,
                ["Its currency is {0}, its market's is {1}.", "货币写的是 {0}，市场用的是 {1}。"],
                [
                    "Write the amounts in {1}, or give the offer the market that has {0}.",
                    "请把金额写成 {1}，或改为使用 {0} 的市场。",
                ],
            ),
            Rule::MissingLabel => (
                "missing_label",
                Warning,
                ["It has no name in {0}.", "没有 {0} 的名称。"],
                ["Add {1}: a shopper who sees a price wants to know why.", "请补上 {1}：看到价格的顾客想知道原因。"],
            ),
            Rule::WindowOver => (
                "window_over",
                Warning,
                ["It is over since {0}.", "已于 {0} 结束。"],
                ["Take it out of the file, or give it a new end.", "请从文件中移除，或改写结束时间。"],
            ),
            Rule::WindowNeverOpens => (
                "window_never_opens",
                Error,
                [
                    "Between its start and its end its hours of the day never come.",
                    "开始与结束之间从未到达每日可用的时段。",
                ],
                [
                    "Widen start and end, or the hours; mind utc_offset_min.",
                    "请放宽起止时间或每日时段，并核对 utc_offset_min。",
                ],
            ),
            Rule::NeverUsable => (
                "never_usable",
                Error,
                ["Nobody can use it: {0}.", "没有人能使用：{0}。"],
                ["Change {1}, or take the offer out.", "请修改 {1}，或移除该优惠。"],
            ),
            Rule::MatchesNothing => (
                "matches_nothing",
                Error,
                ["Nothing matches it.", "没有任何商品符合。"],
                [
                    "Leave a key out to ask for nothing; the values of one key are joined by \"or\", the keys by \"and\".",
                    "不写某个键表示不限；同一键的值之间是“或”，键之间是“且”。",
                ],
            ),
            Rule::UnknownName => (
                "unknown_name",
                Warning,
                ["There is no {0}.", "不存在 {0}。"],
                [
                    "Check how it is written; category paths have a \"/\" between their parts.",
                    "请核对写法；类目路径各级之间用“/”。",
                ],
            ),
            Rule::GetScopeOverlaps => (
                "get_scope_overlaps",
                Error,
                ["{0} is among what is bought and among what is got.", "{0} 既在购买范围又在赠得范围。"],
                [
                    "Leave get_scope out for one pool, or part the two.",
                    "若是同一范围请去掉 get_scope，否则把两者分开。",
                ],
            ),
            Rule::ExcludesUnknown => (
                "excludes_unknown",
                Warning,
                ["It excludes {0}, which is no other promotion.", "互斥对象 {0} 不是其他促销。"],
                ["Correct the id, or take it out.", "请更正编号或删除。"],
            ),
            Rule::StepWithoutUse => (
                "step_without_use",
                Error,
                [
                    "Whoever reaches this step gets {0}, and would get {1} by a lower one.",
                    "达到此档优惠 {0}，而较低一档可优惠 {1}。",
                ],
                ["Let a higher step take off more.", "请让更高的档位优惠更多。"],
            ),
            Rule::CapWithoutUse => (
                "cap_without_use",
                Warning,
                ["The cap of {0} is never reached: it takes off {1} at most.", "封顶 {0} 永远达不到：最多优惠 {1}。"],
                ["Lower the cap, or take it out.", "请调低封顶或去掉。"],
            ),
            Rule::ThresholdAlwaysMet => (
                "threshold_always_met",
                Warning,
                [
                    "The threshold of {0} is always met: the cheapest product costs {1}.",
                    "门槛 {0} 总能达到：最便宜的商品也要 {1}。",
                ],
                ["Raise it, or take it out so that the offer says what it is.", "请提高门槛，或去掉门槛以如实表达。"],
            ),
            Rule::BelowFloor => (
                "below_floor",
                Warning,
                [
                    "{0} would cost {1}, below its floor of {2}; what is below is lost.",
                    "{0} 会卖到 {1}，低于底价 {2}；低于底价的部分不会优惠。",
                ],
                ["Leave it out by exclude_skus, or take less off.", "请用 exclude_skus 排除，或减少优惠。"],
            ),
            Rule::NoEffect => (
                "no_effect",
                Error,
                ["Nothing becomes cheaper by it.", "没有任何商品因此更便宜。"],
                ["Hold its prices against today's.", "请与当前价格核对。"],
            ),
            Rule::GivesAway => (
                "gives_away",
                Error,
                ["It leaves nothing to pay: {0} of {1} are taken off.", "无需付款：{1} 中优惠了 {0}。"],
                [
                    "Take less off, ask for a higher threshold, or set a cap. For a present use the kind \"gift\".",
                    "请减少优惠、提高门槛或设置封顶；赠品请用 gift 类型。",
                ],
            ),
            Rule::DeepCut => (
                "deep_cut",
                Warning,
                ["It takes off {0} of {1}, {2} %.", "{1} 中优惠了 {0}，即 {2}%。"],
                [
                    "If that is meant, raise most_off_bp; else set a threshold or a cap.",
                    "若确有此意，请调高 most_off_bp；否则设置门槛或封顶。",
                ],
            ),
            Rule::PriorPrice => (
                "prior_price",
                Error,
                [
                    "{0}: the announced reduction is held against {1} and sells for {2}, but within {3} days before it cost {4}.",
                    "{0}：公示优惠以 {1} 为原价、售 {2}，但此前 {3} 天内曾售 {4}。",
                ],
                [
                    "Name {4} as the prior price and sell below it, or do not announce a reduction.",
                    "请以 {4} 为原价并低于它出售，或不作降价宣传。",
                ],
            ),
            Rule::PriorPriceUnknown => (
                "prior_price_unknown",
                Warning,
                ["{0}: no price is known of the {1} days before the reduction.", "{0}：降价前 {1} 天没有价格记录。"],
                ["Add its prices to the history before it is announced.", "请在宣传之前补全价格记录。"],
            ),
            Rule::Twice => (
                "twice",
                Warning,
                [
                    "{0} does the same for the same products, and both apply.",
                    "{0} 对相同商品给同样的优惠，且二者叠加。",
                ],
                ["Take one of them out, or put both into one group.", "请删除其一，或放入同一 group。"],
            ),
            Rule::NeverChosen => (
                "never_chosen",
                Error,
                ["{0}, which it cannot stand beside, is never worse.", "与它不可同用的 {0} 总不更差。"],
                [
                    "Give it a scope, a time or a saving of its own, or take it out.",
                    "请给它独有的范围、时间或力度，或将其移除。",
                ],
            ),
            Rule::ExclusiveTwice => (
                "exclusive_twice",
                Warning,
                [
                    "{0} stands alone too, for the same products at the same time: a shopper gets one of them.",
                    "{0} 也是独享，且商品与时间重叠：顾客只能得到其一。",
                ],
                [
                    "Part their products or times, or let one of them be combined.",
                    "请错开商品或时间，或允许其中一个叠加。",
                ],
            ),
            Rule::GivesAwayTogether => (
                "gives_away_together",
                Error,
                ["Together with {0} it leaves nothing to pay on {1} of {2}.", "与 {0} 叠加后，{2} 件 {1} 无需付款。"],
                [
                    "Put both into one group, or name one in the other's excludes.",
                    "请放入同一 group，或互相写入 excludes。",
                ],
            ),
            Rule::DeepTogether => (
                "deep_together",
                Warning,
                [
                    "Together with {0} it takes off {3} % of {2} pieces of {1}.",
                    "与 {0} 叠加后，{2} 件 {1} 共优惠 {3}%。",
                ],
                [
                    "If that is meant, raise most_off_bp; else put both into one group.",
                    "若确有此意，请调高 most_off_bp；否则放入同一 group。",
                ],
            ),
            Rule::GrantsByPortrait => (
                "grants_by_portrait",
                Warning,
                [
                    "This campaign decides by what a device knows of its shopper who gets a coupon.",
                    "该活动按设备对顾客的了解决定谁得到优惠券。",
                ],
                [
                    "Switch it on only where that is lawful and said to shoppers, and show them how to decline it.",
                    "请确认合法并已告知顾客，并提供拒绝入口，再予开启。",
                ],
            ),
            Rule::GrantExpired => (
                "grant_expired",
                Error,
                ["Its multiplier never holds, so it grants nothing.", "其乘数从不生效，不会发出任何券。"],
                [
                    "Solve it anew (nearshelf offers allocate), and give a lambda_until after the start and the present.",
                    "请用 nearshelf offers allocate 重新求解，lambda_until 须晚于开始时间与当前时间。",
                ],
            ),
            Rule::GrantCouponUnknown => (
                "grant_coupon_unknown",
                Error,
                ["\"{0}\" is no coupon of this file.", "“{0}”不是本文件中的优惠券。"],
                ["Name a promotion with \"coupon\": true.", "请写带 \"coupon\": true 的促销 id。"],
            ),
            Rule::BadWindow => (
                "bad_window",
                Error,
                ["Its window cannot be told: {0}.", "无法确定其活动时间：{0}。"],
                [
                    "Name a day of calendar.json with its year, as \"from\": \"qixi-3d\", \"until\": \"qixi+1d\", \"year\": 2027.",
                    "请写 calendar.json 中的日子及年份，如 \"from\": \"qixi-3d\"、\"until\": \"qixi+1d\"、\"year\": 2027。",
                ],
            ),
            Rule::CalendarEnds => (
                "calendar_ends",
                Warning,
                ["The calendar has no day of \"{0}\" after {1}.", "日历表中 {1} 之后没有“{0}”的日期。"],
                ["Add the next years to calendar.json.", "请在 calendar.json 中补上以后的年份。"],
            ),
        }
    }
}
