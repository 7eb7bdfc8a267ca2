//! The sentences of the statement, in English and in Chinese.

use super::statement::Both;

fn both(en: impl Into<String>, zh: impl Into<String>) -> Both {
    [en.into(), zh.into()]
}

pub(super) fn headline(name: &Both) -> Both {
    both(format!("{}: personalization on your device", name[0]), format!("{}：在您设备上的个性化", name[1]))
}

pub(super) fn title(code: &str) -> Both {
    let [en, zh] = match code {
        "about" => ["Who answers for it", "由谁负责"],
        "purposes" => ["What you decide on", "由您决定的事项"],
        "stored" => ["What is stored, why, and how long", "存储什么、为何存储、存储多久"],
        "declared" => ["What you may tell of yourself", "您可以自愿告知的信息"],
        "used" => ["What it is used for", "用于什么"],
        "leaves" => ["What leaves your device", "哪些内容会离开您的设备"],
        "consent" => ["How you are asked", "如何征求您的同意"],
        _ => ["Your rights", "您的权利"],
    };
    both(en, zh)
}

pub(super) fn about(name: &str, text: &str) -> Both {
    let [en, zh] = match name {
        "controller" => ["Controller", "个人信息处理者"],
        "contact" => ["Contact", "联系方式"],
        "notice" => ["Version of this notice", "本告知的版本"],
        _ => ["Where it stands", "告知全文"],
    };
    let or = |open: &str| if text.is_empty() { format!("[{open}]") } else { text.to_string() };
    both(format!("{en}: {}", or("to be filled in")), format!("{zh}：{}", or("待填写")))
}

pub(super) fn purposes() -> Vec<Both> {
    vec![
        both(
            "`store`: keep what is listed below on this device. Without it nothing is kept or read, and what is learnt ends with the page.",
            "`store`（存储）：在本设备上保存下列内容。未经同意，不写入也不读取任何存储，页面关闭后一切消失。",
        ),
        both(
            "`personalize`: learn from what you do in this shop, on your device, and order lists by it. Without it every list is in the order that everybody sees.",
            "`personalize`（个性化）：在您的设备上根据您在本店的行为学习，并据此排序。未经同意，列表按所有人相同的顺序显示。",
        ),
        both(
            "`report`: send one noised answer a week, which only tells something about many shoppers together. It needs `store`.",
            "`report`（报告）：每周发送一条加入噪声的回答，只有汇总许多顾客时才有意义。需同时同意 `store`。",
        ),
        both(
            "`sensitive`: take in what is marked as sensitive below: what you tell of yourself, and categories of products.",
            "`sensitive`（敏感信息）：采用下文标为敏感的内容，包括您自愿告知的信息和商品品类。",
        ),
        both(
            "Each is decided by itself; no answer counts as no, and a yes can be taken back at any time, which acts at once.",
            "各项分别决定；未作答视为不同意；同意可随时撤回，立即生效。",
        ),
    ]
}

pub(super) fn portrait(shop: &str, days: u32) -> Both {
    both(
        format!(
            "The portrait (`nearshelf/{shop}/anonymous/0` and `1`; for an account, a hash in place of `anonymous`): sums and counts of what was looked at, put into the cart and bought, of categories, brands, price bands, hours \
             and channels, of feedback, and of what was declared. Sealed. Purposes `store` and `personalize`. Kept for {days} days from the last visit, and until you withdraw either or want to be forgotten."
        ),
        format!(
            "画像（`nearshelf/{shop}/anonymous/0` 和 `1`；登录账户时以哈希值代替 `anonymous`）：浏览、加购和购买的合计与次数，涉及品类、品牌、价格带、时段和渠道，以及反馈和您告知的信息。加密保存。目的为 `store` 和 `personalize`。\
             自最后一次访问起保存 {days} 天；撤回任一同意或要求遗忘时即删除。"
        ),
    )
}

pub(super) fn membership() -> Both {
    both(
        "In the portrait, the ledger of your membership: growth, points, levels, as the shop's server has them.",
        "画像中的会员账本：成长值、积分与等级，与商家服务器一致。",
    )
}

pub(super) fn invites() -> Both {
    both(
        "In the portrait, which invitation or share you came by, for as long as it counts.",
        "画像中记录您经由哪个邀请或分享到来，在其有效期内保存。",
    )
}

pub(super) fn key(shop: &str) -> Both {
    both(
        format!(
            "`nearshelf/{shop}/key`: the key that the portrait is sealed with. Purpose `store`. Until you withdraw it or want to be forgotten."
        ),
        format!("`nearshelf/{shop}/key`：加密画像的密钥。目的为 `store`。撤回该同意或要求遗忘时删除。"),
    )
}

pub(super) fn ledger(shop: &str, lifetime: f64) -> Both {
    both(
        format!(
            "`nearshelf/{shop}/ledger`: in which weeks a report was made, at most 53 of them, what all of them spent, and this week's answer. Once ε = {lifetime} is spent in all, this device answers no more. Purpose `report`. After a withdrawal of it \
             19 bytes keep the last week and what was spent in all, so that a new yes begins no new account, until you withdraw `store` or want to be forgotten. After a withdrawal of `store`, and after you want to be forgotten, 15 bytes say that this week is spent, until it ends."
        ),
        format!(
            "`nearshelf/{shop}/ledger`：哪些周生成过报告（最多 53 周）、累计用去的预算，以及本周的回答。累计达到 ε = {lifetime} 后，本设备不再作答。目的为 `report`。撤回该同意后，仅留 19 字节记录最近一周与累计预算，以免重新同意即重新计算，直至撤回 `store` 或要求遗忘；\
             撤回 `store` 或要求遗忘后，仅留 15 字节说明本周已用，至本周结束。"
        ),
    )
}

pub(super) fn receipts(shop: &str) -> Both {
    both(
        format!(
            "`nearshelf/{shop}/receipts`: what you decided when, by which notice, the latest 32 changes. Purpose `store`. Until you withdraw it or want to be forgotten; the shop is handed each of them."
        ),
        format!(
            "`nearshelf/{shop}/receipts`：您何时依据哪一版告知作了什么决定，最近 32 次变更。目的为 `store`。撤回该同意或要求遗忘时删除；每次变更同时交给商家。"
        ),
    )
}

pub(super) fn signed() -> Both {
    both(
        "`nearshelf/signed`, where the shop signs its files: their latest numbers, so that no older file is taken for a new one. Purpose `store`. Until you withdraw it or want to be forgotten.",
        "`nearshelf/signed`（商家对文件签名时）：文件的最新序号，以免旧文件被当作新文件。目的为 `store`。撤回该同意或要求遗忘时删除。",
    )
}

pub(super) fn after(waits: bool) -> Vec<Both> {
    let early = if waits {
        both(
            "Before you answer on `personalize`, what happens waits in the page's memory, and goes with a no or with the page.",
            "在您就 `personalize` 作答之前，行为仅暂存于页面内存，选择不同意或关闭页面即消失。",
        )
    } else {
        both(
            "What happens before a yes to `personalize` is not taken in.",
            "在您同意 `personalize` 之前发生的行为不会被采用。",
        )
    };
    vec![
        early,
        both(
            "What is too old is deleted at the next visit. Clearing the browser's or the mini-program's storage deletes all of it at once.",
            "过期内容在下次访问时删除。清除浏览器或小程序的存储会立即删除全部内容。",
        ),
    ]
}

pub(super) fn attribute(name: &str, label: &Both, days: u32, sensitive: bool) -> Both {
    let mark = if sensitive {
        [", sensitive: with `sensitive` only", "，敏感：仅在同意 `sensitive` 后"]
    } else {
        ["", ""]
    };
    both(
        format!("{} (`{name}`), kept for {days} days after you said it{}.", label[0], mark[0]),
        format!("{}（`{name}`），自告知起保存 {days} 天{}。", label[1], mark[1]),
    )
}

pub(super) fn sensitive(paths: &[String]) -> Both {
    let list = paths.join("; ");
    both(
        format!(
            "Sensitive categories, of which nothing is taken in without `sensitive`, and which no report names: {list}, and what lies below."
        ),
        format!("敏感品类（未同意 `sensitive` 时不采用其任何信息，任何报告均不涉及）：{list} 及其下级品类。"),
    )
}

pub(super) fn no_attributes() -> Both {
    both("Nothing is asked.", "不询问任何信息。")
}

pub(super) fn used(grants: &[String], explores: bool) -> Vec<Both> {
    let mut lines = vec![both(
        "The order of lists of products, content and offers, and of what is said of a product, on your device. No price and nobody's right to an offer depends on it. A neutral order is always there, and each place in a list tells why it is there.",
        "在您的设备上决定商品、内容、优惠以及商品说明的排列顺序。价格以及谁可享受优惠均不取决于它。始终提供不针对个人的顺序，列表中的每一项都会说明原因。",
    )];
    if !grants.is_empty() {
        let names = grants.join(", ");
        lines.push(both(
            format!("Campaigns that give coupons by what is known on your device: {names}. You can decline each."),
            format!("根据您设备上的信息发放优惠券的活动：{names}。您可逐一拒绝。"),
        ));
    }
    if explores {
        lines.push(both(
            "Now and then a list shows another of the best candidates, by chance, to learn whether it would do better.",
            "列表偶尔会随机展示另一个优选候选，以了解其效果。",
        ));
    }
    lines
}

pub(super) fn reports(to: &str, epsilon: f64, categories: usize) -> Both {
    both(
        format!(
            "With `report` and `store`, to {to}: one noised answer a week, with a random number that only serves to drop copies. Whatever you did, an answer is at most e^{epsilon} times as likely as otherwise (ε = {epsilon} a \
             week, over all questions together). At most {categories} categories can be named. Which question is asked is drawn by chance, of these:"
        ),
        format!(
            "同意 `report` 和 `store` 后，发往 {to}：每周一条加入噪声的回答，附一个仅用于去重的随机数。无论您做过什么，任何回答的概率与其他情形相比至多相差 e^{epsilon} 倍（所有问题合计每周 ε = {epsilon}）。最多可涉及 {categories} 个品类。\
             问题从下列各项中随机抽取："
        ),
    )
}

/// A question, by its code; one that has no words yet goes by that alone.
pub(super) fn metric(code: &str) -> Both {
    let [en, zh] = match code {
        "category_interest" => ["which category interests most", "最感兴趣的品类"],
        "funnel_stage" => ["how far it went, from looking to buying", "从浏览到购买走到哪一步"],
        "coupon_outcome" => ["what became of a kind of coupon", "某类优惠券的结果"],
        "recommendation_click" => ["at which place of a list something was chosen", "在推荐列表的哪个位置点击"],
        "active_days" => ["on how many days the shop was visited", "访问的天数"],
        "repeat_purchase" => ["how often something was bought", "购买次数"],
        "nps_band" => ["whether the shop would be recommended", "是否愿意推荐本店"],
        "satisfaction_band" => ["how satisfied", "满意程度"],
        "conversion_channel" => ["by which channel a visit with an order came", "下单的那次访问来自哪个渠道"],
        "campaign" => ["which campaign was seen or joined", "看到或参与了哪个活动"],
        "order_value" => ["in which range the orders of a week lie", "一周订单金额所在区间"],
        "cluster" => ["which kind of shoppers is nearest", "最接近哪类顾客"],
        other => [other, other],
    };
    both(format!("`{code}`: {en}"), format!("`{code}`：{zh}"))
}

pub(super) fn leave_out(paths: &[String]) -> Both {
    let list = paths.join("; ");
    both(format!("No report names: {list}, nor what lies below."), format!("任何报告都不涉及：{list} 及其下级品类。"))
}

pub(super) fn no_reports() -> Both {
    both("No report is sent.", "不发送任何报告。")
}

pub(super) fn fetched(endpoints: &[String]) -> Both {
    let from = |own: &str| if endpoints.is_empty() { own.to_string() } else { endpoints.join(", ") };
    both(
        format!(
            "Files of the shop (catalogue, prices, stock, switches) are fetched from {}. As with any request the server sees the network address and which file is asked for.",
            from("the shop's own address")
        ),
        format!(
            "商店文件（商品目录、价格、库存、开关）从 {} 获取。与任何请求一样，服务器会看到网络地址和所请求的文件。",
            from("本店自己的地址")
        ),
    )
}

pub(super) fn nothing_else() -> Both {
    both(
        "Nothing else: no portrait, no event, no identifier, no cookie. Nothing goes to third parties.",
        "除此之外没有任何内容离开设备：没有画像、行为、标识符或 Cookie，也不提供给第三方。",
    )
}

pub(super) fn consent(adapters: &[String], signals: bool, waits: bool, notice: bool) -> Vec<Both> {
    let mut lines = Vec::new();
    if adapters.is_empty() {
        lines.push(both("The shop asks in its own dialogue.", "由本店自己的对话框征求同意。"));
    } else {
        let list = adapters.join(", ");
        lines.push(both(format!("What asks you: {list}."), format!("征求同意的工具：{list}。")));
    }
    lines.push(if signals {
        both(
            "Global Privacy Control and Do Not Track turn `report` off.",
            "全球隐私控制（GPC）和“请勿跟踪”（DNT）信号会关闭 `report`。",
        )
    } else {
        both(
            "Global Privacy Control and Do Not Track do not turn `report` off here; every receipt records it.",
            "全球隐私控制（GPC）和“请勿跟踪”（DNT）信号在本店不会关闭 `report`；每份凭证均予记录。",
        )
    });
    lines.push(both(
        "Minors get the neutral order; there is no portrait of them and no report.",
        "未成年人看到不针对个人的顺序；不建立画像，不发送报告。",
    ));
    if notice {
        lines.push(both(
            "A new version of the notice asks anew; until then nothing is used.",
            "告知更新版本后会重新征求同意；在此之前不使用任何内容。",
        ));
    }
    if waits {
        lines.push(both("What waits for your answer is never stored.", "等待您作答的内容绝不写入存储。"));
    }
    lines
}

pub(super) fn rights() -> Vec<Both> {
    vec![
        both(
            "See the portrait, every tag with its reasons, and what was reported in which week.",
            "查看画像、每个标签及其原因，以及哪一周报告了什么。",
        ),
        both(
            "Correct what you declared; delete a tag, or block it for good.",
            "更正您告知的信息；删除标签或永久屏蔽标签。",
        ),
        both(
            "Take the data along as a file, and take it in on another device.",
            "以文件形式带走数据，并在另一台设备上导入。",
        ),
        both("Switch personalization off, which acts on the very next list.", "关闭个性化，立即对下一个列表生效。"),
        both("Be forgotten: all that is listed above is deleted.", "要求遗忘：删除上文列出的全部内容。"),
    ]
}
