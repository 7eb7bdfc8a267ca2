//! What symbols are called, in Chinese and English, and the codes by which the collector knows them.

use super::schema::Grouping;
use super::symbol::{LONGER_AGO, NOT_CHOSEN, WEEKS_AGO, group_of, order_of};
use crate::id::Key;
use crate::privacy::ledger::Metric;
use crate::profile::week::Outcome;

/// A word in both languages.
pub type Word = (&'static str, &'static str);

/// The word for a language: Chinese for the tags `zh` and `zh-…`.
pub fn word(language: &str, (english, chinese): Word) -> &'static str {
    let zh = language.split(['-', '_']).next().is_some_and(|l| l.eq_ignore_ascii_case("zh"));
    if zh { chinese } else { english }
}

/// A metric's name.
pub fn metric(metric: Metric) -> Word {
    match metric {
        Metric::CategoryInterest => ("category of interest", "兴趣品类"),
        Metric::FunnelStage => ("furthest stage of the week", "本周最深阶段"),
        Metric::CouponOutcome => ("coupons", "优惠券结果"),
        Metric::RecommendationClick => ("chosen from recommendations", "推荐位点击"),
        Metric::ActiveDays => ("days here in the week before", "上周活跃天数"),
        Metric::RepeatPurchase => ("orders so far", "累计订单数"),
        Metric::NpsBand => ("net promoter score", "净推荐值分档"),
        Metric::SatisfactionBand => ("satisfaction", "满意度分档"),
        Metric::ConversionChannel => ("channel of the visit with the order", "成交渠道"),
        Metric::Campaign => ("campaigns", "活动参与"),
        Metric::OrderValue => ("what the week's orders came to", "周订单金额分档"),
        Metric::Cluster => ("kind of shoppers", "客群"),
    }
}

/// What the collector knows of a symbol beside its key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meaning {
    /// Its code; `None` where the key is that of a name.
    pub code: Option<&'static str>,
    /// Place of the group of offers it is about.
    pub group: Option<usize>,
    /// Where its band begins.
    pub from: Option<u64>,
}

/// What a key of a metric's domain means.
pub fn meaning(of: Metric, key: Key, grouping: &Grouping) -> Meaning {
    let coded = |codes: &[&'static str]| Meaning {
        code: usize::try_from(key.0).ok().and_then(|n| codes.get(n.checked_sub(1)?)).copied(),
        ..Meaning::default()
    };
    let from = || Meaning { code: Some("from"), from: Some(key.0), ..Meaning::default() };
    let only = |code| Meaning { code: Some(code), ..Meaning::default() };
    match of {
        Metric::FunnelStage => coded(&["visit", "view", "cart", "checkout", "purchase"]),
        Metric::NpsBand => coded(&["detractor", "passive", "promoter"]),
        Metric::SatisfactionBand => coded(&["dissatisfied", "neutral", "satisfied"]),
        Metric::CouponOutcome | Metric::Campaign => group_of(key).map_or(Meaning::default(), |(group, outcome)| {
            let first = if of == Metric::Campaign { grouping.families } else { 0 };
            Meaning { code: Some(outcome_code(outcome)), group: Some(first + group), from: None }
        }),
        Metric::RecommendationClick if key == NOT_CHOSEN => only("not_chosen"),
        Metric::ActiveDays if key == WEEKS_AGO => only("weeks_ago"),
        Metric::ActiveDays if key == LONGER_AGO => only("longer_ago"),
        Metric::RecommendationClick | Metric::ActiveDays | Metric::RepeatPurchase => from(),
        Metric::OrderValue => {
            let (campaign, least) = order_of(key);
            Meaning { code: Some("from"), group: campaign.map(|c| grouping.families + c), from: Some(least) }
        }
        Metric::CategoryInterest | Metric::ConversionChannel | Metric::Cluster => Meaning::default(),
    }
}

fn outcome_code(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Seen => "seen",
        Outcome::Chosen => "chosen",
        Outcome::Used => "used",
    }
}

/// What a symbol is called; `None` for one that goes by the name of its key.
pub fn label(of: Metric, key: Key, grouping: &Grouping, language: &str) -> Option<String> {
    let Meaning { code, group, from } = meaning(of, key, grouping);
    let group = group.and_then(|g| grouping.groups.get(g));
    let says = |w| word(language, w).to_string();
    let band = |unit: Word| format!("{}{}", from.unwrap_or(0), word(language, unit));
    let said = match (of, code?) {
        (Metric::RecommendationClick, "from") => band((" or further down", " 位及以后")),
        (Metric::ActiveDays, "from") => band((" days or more", " 天及以上")),
        (Metric::RepeatPurchase, "from") => band((" orders or more", " 单及以上")),
        (Metric::OrderValue, _) => {
            let ten = (0..grouping.exponent.min(6)).fold(1.0, |ten, _| ten * 10.0);
            let sum = format!("{} {}", grouping.currency, from.unwrap_or(0) as f64 / ten);
            format!("{sum}{}", word(language, (" or more", " 及以上")))
        }
        (_, code) => says(word_of(code)),
    };
    Some(group.map_or_else(|| said.clone(), |g| format!("{g}: {said}")))
}

fn word_of(code: &str) -> Word {
    match code {
        "visit" => ("was here", "到访"),
        "view" => ("looked at a product", "浏览商品"),
        "cart" => ("filled the cart", "加入购物车"),
        "checkout" => ("began to pay", "进入结算"),
        "purchase" => ("ordered", "下单"),
        "detractor" => ("detractor, 0 to 6", "贬损者（0–6）"),
        "passive" => ("passive, 7 and 8", "中立者（7–8）"),
        "promoter" => ("promoter, 9 and 10", "推荐者（9–10）"),
        "dissatisfied" => ("dissatisfied", "不满意"),
        "neutral" => ("neutral", "一般"),
        "satisfied" => ("satisfied", "满意"),
        "seen" => ("seen", "看到"),
        "chosen" => ("chosen", "点选"),
        "used" => ("ordered with", "下单"),
        "not_chosen" => ("nothing chosen", "未点击"),
        "weeks_ago" => ("two to four weeks ago", "2–4 周前来过"),
        _ => ("longer ago", "更早来过"),
    }
}

/// What is worked out of the shares.
pub fn figure(name: &str) -> Word {
    match name {
        "conversion" => ("conversion", "转化率"),
        "to_cart" => ("filled the cart", "加购率"),
        "back_after_a_week" => ("of those here: here the week before", "其中上周来过"),
        "back_within_four_weeks" => ("of those here: here within four weeks before", "其中前四周内来过"),
        "days_a_week" => ("days here a week, at least", "每周活跃天数（下限）"),
        "retention" => ("of last week's shoppers: back", "上周顾客回访率"),
        "nps" => ("net promoter score", "净推荐值"),
        "satisfaction" => ("satisfied", "满意率"),
        "click_rate" => ("chose from recommendations", "推荐点击率"),
        "coupon_conversion" => ("coupons used", "用券率"),
        "repeat_rate" => ("bought again", "复购率"),
        "participation" => ("took part", "参与率"),
        "order_value" => ("an order's worth, at least", "客单价（下限）"),
        _ => ("return on cost, at least", "投入回报（下限）"),
    }
}
