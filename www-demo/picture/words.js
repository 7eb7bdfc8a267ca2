// Which words of a title call for which picture, in English and in Chinese: data, no code.

/**
 * One line a shape: its name, then the words. English words match as whole words, also in the plural. A word with a
 * star speaks for a category only: in a title it would say too little.
 */
const lines = `
dress | dress, gown, skirt, pinafore | 连衣裙, 裙, 裙子
trousers | jeans, trousers, leggings, shorts | 牛仔裤, 长裤, 阔腿裤, 裤
sweater | sweater, jumper, cardigan, hoodie, knitwear | 毛衣, 卫衣, 针织衫
vest | vest, tank top, camisole | 背心, 吊带
shirt | shirt, t-shirt, blouse, jacket, coat, apron, *clothing | 衬衫, 恤, 外套, 夹克, 围裙, 服装
scarf | scarf, shawl, handkerchief, bandana, *accessories | 方巾, 围巾, 丝巾, 配饰
belt | belt | 腰带, 皮带
tote | tote bag, shopper, shopping bag, bag, lunch bag, jumbo bag | 托特包, 购物袋, 手提袋, 袋子, 包, 箱包
crossbody | crossbody bag, handbag, satchel, shoulder bag | 斜挎包, 挎包, 单肩包
backpack | backpack, rucksack, *outdoor | 背包, 双肩包, 户外
purse | purse, wallet, coin purse, pouch bag | 钱包, 零钱包
necklace | necklace, pendant, bracelet, bangle, bead, brooch, jewellery | 项链, 吊坠, 手链, 首饰
earrings | earring | 耳环, 耳钉
umbrella | umbrella, parasol | 雨伞, 伞
shoe | shoe, trainer, sneaker, boot, slipper, *running, *sport | 跑鞋, 鞋, 跑步, 运动
sock | sock, stocking, tights | 袜, 跑步袜, 袜子
runningBelt | running belt, waist pack, bum bag | 腰包
yogaMat | yoga mat, exercise mat, *yoga | 瑜伽垫, 瑜伽, 瑜伽健身
bands | resistance band, elastic band, hair band | 弹力带, 拉力带
flask | steel bottle, flask, hot water bottle, thermos, drink bottle, water bottle | 水壶, 保温杯, 保温壶
tent | tent, marquee | 帐篷
bottle | toner, lotion, serum, perfume, *skincare, oil, bottle | 爽肤水, 精华, 香水, 护肤, 瓶
pump | cleansing oil, shampoo, hand wash, soap, conditioner, *hair & body | 卸妆油, 洗发水, 沐浴露, 护发素, 个人洗护
jar | cream, balm, mask, jar, pot | 晚霜, 面霜, 面膜, 霜, 罐
tube | sunscreen, hand cream, toothpaste, sun cream | 防晒霜, 护手霜, 牙膏
lipstick | lip tint, lipstick, lip gloss, lip balm, make-up, *beauty, nail varnish | 唇釉, 口红, 唇膏, 彩妆, 美妆
browPencil | brow pencil, eyeliner, mascara | 眉笔, 眼线笔, 睫毛膏
salts | bath salt, sweets jar, scrub | 浴盐, 磨砂膏
teaTin | tea, green tea, oolong, oolong tea, tea tin, *tea & coffee | 绿茶, 乌龙茶, 红茶, 茶, 茶叶, 茶与咖啡
coffeeBag | coffee beans, coffee | 咖啡豆, 咖啡
dripBox | drip coffee bags, drip coffee, tea bags | 挂耳咖啡, 茶包
berries | strawberry, dried fruit, fruit, berries, freeze-dried strawberries | 草莓脆, 果干, 水果, 冻干草莓脆
biscuits | biscuit, cookie, crisps, cracker, *snacks, crisp | 核桃酥, 饼干, 酥, 曲奇, 零食
sack | rice, flour, grain, *food, *pantry | 大米, 面粉, 粮油, 食品, 粮油调味
sauce | sauce, jam, honey, pickle, spice, spread | 脆椒酱, 酱, 蜂蜜, 果酱
chocolate | chocolate, sweets, candy | 巧克力, 糖果
cup | mug, cup, saucer, egg cup, beaker | 马克杯, 杯子, 杯
teapot | teapot, kettle, jug, milk jug, tea set | 茶壶, 壶, 水瓶
glass | tumbler, glass, goblet, wine glass | 玻璃杯, 酒杯
cake | cake, cakestand, cake stand, bakeware, cake tin | 蛋糕, 点心
cupcake | cupcake, cake case, baking case, muffin, cake cases | 纸杯蛋糕
board | cutting board, chopping board, tray, board | 砧板, 菜板, 托盘
knife | knife, chef’s knife, chef's knife, cutlery, scissors | 主厨刀, 刀, 菜刀, 剪刀
pan | skillet, frying pan, pan, wok, saucepan, *kitchen, cookware | 煎锅, 锅, 炒锅, 厨房
pourOver | pour-over coffee set, pour-over, coffee maker, coffee set | 手冲咖啡壶, 手冲咖啡壶套装, 手冲壶, 咖啡壶
bowl | bowl, dish, trinket pot, pudding bowl | 碗, 饭碗
plate | plate, platter, coaster, placemat, doily | 盘, 盘子, 碟
bedding | bedding, bedding set, duvet, quilt, blanket, throw, *home | 四件套, 床品, 被子, 毯子, 家居
pillow | pillow | 枕, 乳胶枕, 枕头
boxes | storage box, storage boxes, storage, drawer, cabinet, box, chest | 收纳箱, 收纳, 抽屉, 箱, 盒
paperLamp | paper lantern table lamp, paper lantern, lantern, lampshade | 灯笼台灯, 纸灯笼台灯, 灯笼
lamp | table lamp, lamp, light, night light, *storage & light | 台灯, 灯, 收纳与灯具
sunriseLamp | wake-up light, sunrise lamp | 唤醒灯, 日出唤醒灯
earbuds | earbuds, earphones, *audio | 耳机, 蓝牙耳机, 耳塞, 影音
headphones | headphones, noise-cancelling headphones, radio, speaker | 降噪耳机, 头戴式降噪耳机, 音箱
charger | charger, adaptor, adapter, *digital, battery | 快充头, 充电器, 数码
cable | cable, cord, usb-c cable | 数据线, 快充数据线, 线
powerBank | power bank | 充电宝, 移动电源
phoneCase | phone case, case, *phone accessories, phone cover | 手机壳, 手机配件
plug | smart plug, plug, socket, *smart home | 插座, 智能插座, 智能家居
clock | clock, alarm clock, watch, timer | 时钟, 闹钟, 手表
frame | frame, picture, photo frame, canvas, print, poster, album | 相框, 画, 海报, 照片
mirror | mirror | 镜子, 镜
cushion | cushion, cushion cover, seat pad, pin cushion | 抱枕, 靠垫
towel | towel, tea towel, flannel, oven glove | 毛巾, 茶巾
basket | basket, hamper, trug, laundry basket | 篮子, 篮
hook | hook, hanger, coat rack, rack, shelf | 挂钩, 衣架, 架
vase | vase, flower, bouquet, rose, tulip, lavender | 花瓶, 花, 花束
plant | plant, garden, herb, plant pot, flower pot, planter, watering can, seed, grow your own | 植物, 绿植, 花盆, 园艺
nappies | nappies, nappy, diaper, *nappies & wipes, *mother & baby | 纸尿裤, 尿不湿, 尿裤湿巾, 母婴
wipes | wipes, water wipes, tissue, pocket tissues, tissues | 湿巾, 纸巾
babyBottle | baby bottle, feeding bottle, *feeding | 奶瓶, 玻璃奶瓶, 喂养
warmer | bottle warmer | 温奶器, 暖奶器
bib | bib, bib with pocket, with pocket | 围兜, 接饭围兜
stackingRings | stacking rings, stacking toy, toy, *toys & sleep, spinning top, building block, building blocks, skittles, game, jigsaw, puzzle, dominoes | 叠叠乐, 玩具, 积木, 玩具与睡眠, 拼图
sleepSack | sleep sack, romper, babygrow | 睡袋, 婴儿睡袋, 爬服
foodMaker | food maker, blender, mixer | 辅食机, 料理机
catFood | cat food, cat, *cats | 猫粮, 猫咪, 猫
litter | cat litter, litter | 猫砂
scratcher | scratching post, cat tree | 猫抓柱, 抓柱, 猫爬架
wand | wand, wand toy, feather wand toy | 逗猫棒
dogFood | dog food, dog, *dogs, dog bowl | 狗粮, 狗狗, 狗
lead | lead, leash, dog lead, collar | 牵引绳, 项圈
petBrush | brush, pet brush, comb, hairbrush | 除毛梳, 梳子, 梳, 刷
fountain | water fountain, fountain, feeder | 饮水机, 喂食器
bear | bear, teddy, doll, soft toy, bunny, rabbit, owl, monkey | 熊, 娃娃, 玩偶, 公仔
paw | *pets, *pet, *care | 宠物, 护理用品
candle | candle, t-light, t-light holder, candle stick, holder, candle holder, tealight, candlestick, incense, candle plate | 蜡烛, 烛台, 香薰
heart | heart, love, valentine, wreath, garland | 爱心, 心形
star | star, ornament, decoration, bauble, snowflake, hanging decoration, glitter | 星, 挂饰, 装饰
card | card, postcard, gift tag, tag, envelope, letter, invitation, stationery, stationery set, sticker | 贺卡, 卡片, 明信片, 信封, 贴纸
sign | sign, plaque, chalkboard, blackboard, word, message, doormat, door mat, noticeboard, memo board | 招牌, 标牌, 门牌, 地垫
bunting | bunting, party, flag, balloon, streamer | 彩旗, 派对, 气球
notebook | notebook, journal, book, diary, organiser, calendar, address book, sketchbook, colouring book, passport cover, passport | 笔记本, 日记, 书, 日历
pencils | pencil, pen, crayon, pencils, ruler, eraser, chalk, sharpener | 铅笔, 笔, 蜡笔, 尺
wrap | wrap, gift wrap, wrapping paper, paper, tape, tissue paper | 包装纸, 纸, 胶带
napkins | napkin, paper napkins, tablecloth, doilies | 餐巾, 桌布
tin | tin, biscuit tin, cake tins, lunch box, snack box, lunchbox, bread bin, money box, jewellery box, trinket box, sewing kit, sewing box, first aid tin | 铁盒, 饭盒, 罐头, 针线盒
bird | bird, birdcage, dove, hen, duck, chicken, butterfly | 鸟, 小鸟
house | house, bird house, doll house, bird feeder, wendy house | 房子, 屋
tree | tree, christmas tree, christmas | 圣诞树, 圣诞, 树
key | key, keyring, key ring, key fob, padlock | 钥匙
ribbon | ribbon, ribbons, bow, yarn | 丝带, 缎带
bagOfGoods | gift bag, gift set, gift, party bag | 礼袋, 礼品, 礼物
`;

/** `{ word, shape, title }`: whether the word counts in a title, too. */
export const words = lines.trim().split("\n").flatMap((line) => {
  const [shape, english, chinese] = line.split("|").map((part) => part.trim());
  return [...english.split(","), ...chinese.split(",")].map((text) => text.trim())
    .map((text) => ({ word: text.replace(/^\*/, ""), shape, title: !text.startsWith("*") }));
});

/** Shapes for a product whose words say nothing; an id picks one. */
export const unknown = ["parcel", "carton", "bagOfGoods", "bundle", "tin", "boxes"];

/** Colour words, for shops whose titles carry colours and no brand does. */
export const colours = [
  [/\b(red|retrospot|scarlet|ruby|strawberry)\b|红/i, "rose"],
  [/\b(pink|rose|polkadot)\b|粉/i, "blush"],
  [/\b(blue|navy|sky|regency)\b|蓝/i, "sky"],
  [/\b(green|mint|spaceboy|leaf)\b|绿/i, "sage"],
  [/\b(purple|lavender|lilac|violet|plum)\b|紫/i, "plum"],
  [/\b(gold|yellow|honey|brass|mustard)\b|金|黄/i, "mustard"],
  [/\b(black|grey|silver|skull|slate|zinc)\b|黑|灰|银/i, "ink"],
  [/\b(turquoise|aqua|teal)\b|青/i, "teal"],
  [/\b(white|ivory|cream|vintage|wood|wooden|wicker|natural)\b|白|木|竹/i, "stone"],
  [/\b(orange|terracotta|copper|brown)\b|橙|棕/i, "clay"],
];
