//! The words that made-up products are called by, in English and Chinese.

/// A word in both languages.
pub(super) type Word = (&'static str, &'static str);

/// Departments with the kinds of goods that they sell.
pub(super) const DEPARTMENTS: [(Word, [Word; 8]); 12] = [
    (
        ("Home", "家居"),
        [
            ("Lantern", "灯笼"),
            ("Cushion", "靠垫"),
            ("Vase", "花瓶"),
            ("Rug", "地毯"),
            ("Mirror", "镜子"),
            ("Clock", "挂钟"),
            ("Curtain", "窗帘"),
            ("Basket", "篮子"),
        ],
    ),
    (
        ("Kitchen", "厨房"),
        [
            ("Kettle", "水壶"),
            ("Pan", "平底锅"),
            ("Knife", "刀具"),
            ("Bowl", "碗"),
            ("Mug", "马克杯"),
            ("Tray", "托盘"),
            ("Grinder", "研磨器"),
            ("Apron", "围裙"),
        ],
    ),
    (
        ("Fashion", "服饰"),
        [
            ("Shirt", "衬衫"),
            ("Dress", "连衣裙"),
            ("Jacket", "夹克"),
            ("Scarf", "围巾"),
            ("Belt", "腰带"),
            ("Hat", "帽子"),
            ("Skirt", "半身裙"),
            ("Sweater", "毛衣"),
        ],
    ),
    (
        ("Shoes", "鞋靴"),
        [
            ("Sneaker", "运动鞋"),
            ("Boot", "靴子"),
            ("Sandal", "凉鞋"),
            ("Slipper", "拖鞋"),
            ("Loafer", "乐福鞋"),
            ("Clog", "木屐"),
            ("Insole", "鞋垫"),
            ("Laces", "鞋带"),
        ],
    ),
    (
        ("Electronics", "数码"),
        [
            ("Headphones", "耳机"),
            ("Keyboard", "键盘"),
            ("Charger", "充电器"),
            ("Speaker", "音箱"),
            ("Monitor", "显示器"),
            ("Camera", "相机"),
            ("Cable", "数据线"),
            ("Tripod", "三脚架"),
        ],
    ),
    (
        ("Sport", "运动"),
        [
            ("Racket", "球拍"),
            ("Mat", "瑜伽垫"),
            ("Bottle", "水杯"),
            ("Helmet", "头盔"),
            ("Dumbbell", "哑铃"),
            ("Tent", "帐篷"),
            ("Backpack", "背包"),
            ("Rope", "跳绳"),
        ],
    ),
    (
        ("Beauty", "美妆"),
        [
            ("Serum", "精华"),
            ("Lipstick", "口红"),
            ("Cleanser", "洁面乳"),
            ("Mask", "面膜"),
            ("Perfume", "香水"),
            ("Brush", "化妆刷"),
            ("Cream", "面霜"),
            ("Shampoo", "洗发水"),
        ],
    ),
    (
        ("Food", "食品"),
        [
            ("Tea", "茶叶"),
            ("Coffee", "咖啡"),
            ("Honey", "蜂蜜"),
            ("Noodles", "面条"),
            ("Biscuits", "饼干"),
            ("Nuts", "坚果"),
            ("Sauce", "酱料"),
            ("Rice", "大米"),
        ],
    ),
    (
        ("Baby", "母婴"),
        [
            ("Stroller", "婴儿车"),
            ("Bib", "围兜"),
            ("Rattle", "摇铃"),
            ("Cot", "婴儿床"),
            ("Teether", "牙胶"),
            ("Carrier", "背带"),
            ("Blanket", "毯子"),
            ("Onesie", "连体衣"),
        ],
    ),
    (
        ("Toys", "玩具"),
        [
            ("Puzzle", "拼图"),
            ("Kite", "风筝"),
            ("Blocks", "积木"),
            ("Doll", "娃娃"),
            ("Train", "火车"),
            ("Robot", "机器人"),
            ("Ball", "皮球"),
            ("Abacus", "算盘"),
        ],
    ),
    (
        ("Garden", "园艺"),
        [
            ("Planter", "花盆"),
            ("Shears", "剪刀"),
            ("Hose", "水管"),
            ("Seeds", "种子"),
            ("Trellis", "花架"),
            ("Rake", "耙子"),
            ("Sprayer", "喷壶"),
            ("Gloves", "手套"),
        ],
    ),
    (
        ("Office", "办公"),
        [
            ("Notebook", "笔记本"),
            ("Pen", "钢笔"),
            ("Stapler", "订书机"),
            ("Folder", "文件夹"),
            ("Lamp", "台灯"),
            ("Chair", "椅子"),
            ("Desk", "书桌"),
            ("Calendar", "日历"),
        ],
    ),
];

/// What goods are made of: also the name of a shelf.
pub(super) const MATERIALS: [Word; 16] = [
    ("Bamboo", "竹"),
    ("Linen", "亚麻"),
    ("Cotton", "纯棉"),
    ("Steel", "不锈钢"),
    ("Ceramic", "陶瓷"),
    ("Oak", "橡木"),
    ("Glass", "玻璃"),
    ("Leather", "真皮"),
    ("Wool", "羊毛"),
    ("Copper", "黄铜"),
    ("Silk", "丝绸"),
    ("Cork", "软木"),
    ("Stone", "石"),
    ("Paper", "纸"),
    ("Rattan", "藤编"),
    ("Carbon", "碳纤维"),
];

/// What is said of goods.
pub(super) const QUALITIES: [Word; 24] = [
    ("Light", "轻便"),
    ("Classic", "经典"),
    ("Folding", "折叠"),
    ("Travel", "旅行"),
    ("Family", "家庭装"),
    ("Mini", "迷你"),
    ("Large", "大号"),
    ("Soft", "柔软"),
    ("Striped", "条纹"),
    ("Red", "红色"),
    ("Blue", "蓝色"),
    ("White", "白色"),
    ("Black", "黑色"),
    ("Green", "绿色"),
    ("Handmade", "手工"),
    ("Waterproof", "防水"),
    ("Quiet", "静音"),
    ("Warm", "保暖"),
    ("Slim", "修身"),
    ("Double", "双层"),
    ("Natural", "天然"),
    ("Modern", "现代"),
    ("Vintage", "复古"),
    ("Bright", "明亮"),
];

/// Tags.
pub(super) const TAGS: [&str; 12] = [
    "new",
    "gift",
    "sale",
    "summer",
    "winter",
    "organic",
    "limited",
    "online-only",
    "fragile",
    "heavy",
    "refill",
    "set",
];

/// Beginnings and ends of brands' names.
pub(super) const SYLLABLES: [&str; 20] = [
    "ba", "co", "da", "fe", "gi", "ho", "ju", "ka", "lo", "mi", "no", "pa", "qui", "ro", "sa", "ti", "vu", "we", "xa",
    "zo",
];
