//! What a configuration is refused for, and what it says.

use super::*;
use crate::event::EventKind;
use crate::time::DAY;

#[test]
fn the_shipped_sample_parses_and_says_what_it_says() {
    let config = ShopConfig::parse(include_str!("../../../www-demo/shop/shop.toml")).expect("the sample");
    assert_eq!(config.zone_minutes(), Ok(480));
    let profile = config.profile().expect("a portrait");
    assert_eq!(profile.weight[EventKind::Purchase as usize], 6 * 256);
    assert_eq!(profile.half_life[0], 30 * DAY);
    assert_eq!(config.markets.len(), 2);
}

#[test]
fn vectors_are_for_evaluation_until_packages_read_them() {
    let tables = |text: &str| ShopConfig::parse(text).and_then(|c| c.tables()).expect(text);
    assert_eq!(tables("").check_shipped(), Ok(()));
    let refused = tables("[tables]\nembedding = true").check_shipped().expect_err("not for devices");
    assert_eq!(refused.code(), "bad_config");
    assert!(refused.detail().contains("nearshelf eval"), "{refused}");
}

#[test]
fn what_is_bought_again_is_said_by_category() {
    let shelf = |text: &str| ShopConfig::parse(text).and_then(|c| c.shelf()).expect(text).repeat_purchase;
    assert_eq!(shelf(""), None, "as shipped: everything");
    assert_eq!(shelf("[shelf]\nrepeat_purchase = []"), Some(vec![]));
    assert_eq!(shelf("[shelf]\nrepeat_purchase = [\"Food > Tea\"]"), Some(vec!["Food > Tea".into()]));
}

#[test]
fn slots_have_names_by_language_and_a_shop_replaces_them_one_by_one() {
    let slots = |text: &str| ShopConfig::parse(text).and_then(|c| c.slots()).expect(text);
    let own = slots("[slots.home]\nname = \"For you\"\n[slots.aisle]\nname_zh = \"过道\"\n[slots.bare]");
    let name = |slot: &str, language| own.iter().find(|s| s.slot == slot).expect(slot).name_in(language);
    assert_eq!((name("home", "en"), name("home", "zh-CN"), name("home", "ZH_tw")), ("For you", "为你推荐", "为你推荐"));
    assert_eq!((name("aisle", "de"), name("bare", "zh")), ("过道", "bare"));
    assert_eq!(own.len(), slots("").len() + 2);
    assert!(slots("").iter().all(|s| !s.name.is_empty() && !s.name_zh.is_empty()));
}

#[test]
fn the_commented_settings_of_the_log_are_settings() {
    let (_, sample) = DEFAULTS.split_once("# [log]").expect("the log's part");
    let lines = sample.lines().map(|l| l.trim_start_matches('#').trim_start());
    let text = format!("[log]\n{}", lines.collect::<Vec<_>>().join("\n"));
    let config = ShopConfig::parse(&text).expect(&text);
    let log = config.log().expect("settings");
    assert_eq!((log.product_paths.len(), log.events.len()), (1, 2));
    assert_eq!((log.mapping.id.part, log.mapping.catalog.part), (Some(1), Some(-1)));
}

#[test]
fn mistakes_are_named() {
    let wrong = |text: &str| ShopConfig::parse(text).expect_err(text).detail().to_string();
    assert!(wrong("[shop]\nzome = \"+08:00\"").contains("zome"));
    assert!(wrong("[shop]\nzone = \"Beijing\"").contains("Beijing"));
    assert!(wrong("[portrait.weights]\nbuy = 3").contains("buy"));
    assert!(wrong("[portrait.weights]\npurchase = -3").contains("-3"));
    assert!(wrong("[portrait.half_life_days]\nuser = 3").contains("user"));
    assert!(wrong("[reports]\nepsilon = 2.5").contains("between 0.01 and 2"));
    assert!(wrong("[reports]\ncategories = 65").contains("65"));
    assert!(wrong("[reports.weights]\nincome = 1").contains("funnel_stage"));
    assert!(wrong("[reports]\nclick_places = [2, 1]").contains("click_places"));
    assert!(wrong("[reports]\nactive_days = [1, 8]").contains("active_days"));
    assert!(wrong("[reports]\norder_values = [5, -1]").contains("order_values"));
    assert!(wrong("[shelf]\nrepeat = []").contains("repeat"));
    assert!(wrong("[exploration]\nshare = 0.3").contains("0.2"));
    assert!(wrong("[exploration.slots.home]\npool = 1").contains("home"));
    assert!(wrong("[exploration]\nsize = 1").contains("size"));
    assert!(wrong("[policy]\nnever_shown = 2").contains("never_shown"));
    assert!(wrong("[policy]\nnever_show = 0").contains("never_show"));
    assert!(wrong("[baseline]\nmedian_price = 0.5").contains("between 1"));
    assert!(wrong("[baseline]\nlost_items = nan").contains("NaN"));
    assert!(wrong("[overlay]\nstale = \"drop\"").contains("hide_prices"));
    assert!(wrong("[overlay]\nmax_age_minutes = 0").contains("max_age_minutes"));
    assert!(wrong("[log]\nformat = \"ga5\"").contains("ga5"));
    assert!(wrong("[log.id]\nprefix = \"x\"").contains("prefix"));
    assert!(wrong("[log.id]\npart = 2").contains("separator"));
    assert!(wrong("[log.events]\nseen = \"view\"").contains("view"));
    assert!(wrong("[log]\nproduct_paths = [\"/p/\"]").contains("{id}"));
    assert!(wrong("[[market]]\ncode = \"cn\"").contains("currency"));
    assert!(wrong("[together]\nmin_count = 0").contains("at least 1"));
    assert!(wrong("[together]\nneighbours = 51").contains("51"));
    assert!(wrong("[content]\nahead_days = -1").contains("between 0 and 366"));
    assert!(wrong("[activity]\nlater_days = 3").contains("later_days"));
    assert!(wrong("[prior]\nweight = -1").contains("between 0 and 1000"));
    assert!(wrong("[scenes.a]").contains("no condition"));
    assert!(wrong("[season]\nfewest_days = 200").contains("between 365"));
    assert!(wrong("[season.categories.Tea]\nmay = 5").contains("between 10 and 1000"));
    assert!(wrong("[season.categories.Tea]\nmai = 120").contains("mai"));
    assert!(wrong("[clusters]\nfewest_shoppers = 3").contains("between 10"));
    assert!(wrong("[clusters]\nmost = 65").contains("between 2 and 64"));
    assert!(wrong("[slots.home]\ntitle = \"Home\"").contains("title"));
}
