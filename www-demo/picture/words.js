// Which words of a title call for which picture, in English and in Chinese: data, no code.

/**
 * One line a shape: its name, then the words. English words match as whole words, also in the plural. A word with a
 * star speaks for a category only: in a title it would say too little.
 */
const lines = `
dress | dress, gown, skirt, pinafore | 连衣裙, 裙, 裙子
trousers | jeans, trousers, leggings, shorts | 牛仔裤, 长裤, 阔腿裤, 裤, 短裤
sweater | sweater, jumper, cardigan, hoodie, sun-protection hoodie, knitwear | 毛衣, 卫衣, 针织衫, 针织开衫, 开衫, 防晒连帽外套
vest | vest, tank top, camisole | 背心, 吊带
shirt | shirt, t-shirt, blouse, jacket, shell jacket, coat, parka, apron, bodysuit, *clothing, *menswear, *baby clothing | 衬衫, 恤, 外套, 夹克, 羽绒服, 冲锋衣, 硬壳冲锋衣, 大衣, 围裙, 包屁衣连体衣, 连体衣, 服装, 男装, 婴童服饰
scarf | scarf, shawl, handkerchief, bandana, *accessories | 方巾, 围巾, 丝巾, 配饰
belt | belt | 腰带, 护腰带, 皮带
tote | tote bag, packing cube, hospital bag, milk storage bag, shopper, shopping bag, bag, lunch bag, jumbo bag | 托特包, 购物袋, 手提袋, 收纳袋, 保冷袋, 待产包, 拾便袋, 储奶袋, 袋子, 包, 箱包
crossbody | crossbody bag, handbag, satchel, shoulder bag | 斜挎包, 挎包, 单肩包
backpack | backpack, rucksack, *outdoor | 背包, 双肩包, 户外
purse | purse, wallet, coin purse, pouch bag | 钱包, 零钱包, 手机卡包, 卡包
necklace | necklace, pendant, bracelet, bangle, bead, brooch, jewellery | 项链, 吊坠, 手链, 手镯, 首饰
earrings | earring | 耳环, 耳钉
umbrella | umbrella, parasol | 雨伞, 伞
shoe | shoe, trainer, sneaker, slipper, loafer, sandal, hiking boot, *shoes, *running, *sport | 跑鞋, 鞋, 跑步, 运动, 登山鞋, 鞋靴
sock | sock, stocking, tights | 袜, 跑步袜, 袜子
runningBelt | running belt, waist pack, bum bag | 腰包
yogaMat | yoga mat, carry strap, exercise mat, *yoga | 瑜伽垫, 瑜伽垫背带, 瑜伽, 瑜伽健身
bands | resistance band, elastic band, hair band | 弹力带, 拉力带
flask | steel bottle, flask, hot water bottle, hot-water bottle, thermos, drink bottle, water bottle | 运动水壶, 水壶, 保温杯, 保温壶, 热水袋
tent | tent, marquee | 帐篷
bottle | toner, lotion, serum, perfume, eau de parfum, solid perfume, cologne, hydrosol mist, mist, *fragrance, *skincare, oil, hair oil, pepper oil, fish oil, drops, vinegar, rice wine, collagen drink, bottle | 爽肤水, 精华, 香水, 古龙水, 香膏, 纯露喷雾, 香水小样体验装, 护肤, 香氛, 瓶, 滴瓶, 山茶油, 护发精油, 精油, 调味油, 酸梅汤, 香醋, 米酒, 胶原蛋白饮
pump | cleansing oil, shampoo, hand wash, hand wash refill, soap, dish soap, conditioner, shower gel, foam cleanser, *hair & body | 卸妆油, 洗发水, 沐浴露, 香波沐浴露, 护发素, 洗手液补充装, 洗洁精, 柠檬洗洁精 两瓶, 洁面慕斯, 个人洗护
jar | cream, balm, mask, clay pore mask, jar, pot | 晚霜, 面霜, 面膜, 泥膜, 护臀膏, 霜, 罐
tube | sunscreen, sunscreen stick, hand cream, toothpaste, sun cream, face wash, deodorant | 防晒霜, 护手霜, 牙膏, 防晒棒, 洁面乳, 走珠
lipstick | lip tint, lipstick, chinese red, lip gloss, lip balm, blush stick, make-up, *beauty, nail varnish | 唇釉, 口红, 中国红, 唇膏, 唇蜜, 腮红棒, 指甲油, 彩妆, 美妆
browPencil | brow pencil, eyeliner, mascara | 眉笔, 眼线笔, 眼线液笔, 睫毛膏
salts | bath salt, sweets jar, scrub | 浴盐, 磨砂膏
teaTin | tea, green tea, oolong, oolong tea, tea cake, tea tin, *tea & coffee | 绿茶, 乌龙茶, 红茶, 茶, 茶叶, 茶饼, 茶与咖啡
coffeeBag | coffee beans, coffee, latte powder | 咖啡豆, 咖啡, 拿铁
dripBox | drip coffee bags, drip coffee, tea bags, coffee capsule, sachet, foot soak, electrolyte sachet, probiotic sachet, energy gel, warming eye mask, starch | 挂耳咖啡, 茶包, 超即溶咖啡, 泡脚包, 冲饮, 冻干粉, 藕粉, 能量胶, 热敷眼罩
berries | strawberry, dried fruit, berries, freeze-dried strawberries, mango slice, gift tray, fruit roll, fruit purée pouch, jujube | 草莓脆, 果干, 冻干草莓脆, 果丹皮, 果泥, 冬枣水果, 水果礼盒
biscuits | biscuit, cookie, crisps, cracker, egg-yolk pastry, egg-yolk pastries, *snacks, crisp | 核桃酥, 饼干, 酥, 曲奇, 薯片, 零食
sack | rice, flour, grain, oats, *food, *pantry, hay, potting soil, rice cereal, milk powder, kibble | 大米, 面粉, 粥米, 燕麦片, 粮油, 食品, 粮油调味, 牧草, 营养土, 婴儿米粉, 豆浆粉
sauce | sauce, jam, honey, pickle, spice, spread, mustard greens | 脆椒酱, 酱, 酱油, 蜂蜜, 果酱, 榨菜酱菜
chocolate | chocolate, sweets, candy, candy tray gift set | 巧克力, 糖果, 牛轧糖果, 糖果礼盒
cup | mug, cup, saucer, egg cup, beaker | 马克杯, 杯子, 杯
teapot | teapot, kettle, jug, milk jug, tea set | 茶壶, 壶, 水瓶, 茶具套装, 电水壶, 温控电水壶, 茶具
glass | tumbler, glass, goblet, wine glass | 玻璃杯, 酒杯, 对杯
cake | cake, cakestand, cake stand, bakeware, cake tin | 蛋糕, 点心, 蛋糕模具
cupcake | cupcake, cake case, baking case, muffin, cake cases | 纸杯蛋糕
board | cutting board, chopping board, gua sha board, tray, board | 砧板, 菜板, 托盘, 刮痧板
knife | knife, chef’s knife, chef's knife, cutlery, scissors, nail clipper | 主厨刀, 刀, 菜刀, 剪刀
pan | skillet, frying pan, pan, wok, saucepan, soup pot, pot set, hotpot, electric hotpot, *kitchen, cookware | 煎锅, 锅, 炒锅, 套锅, 汤锅, 火锅, 电火锅, 厨房
pourOver | pour-over coffee set, pour-over, coffee maker, coffee grinder, coffee set | 手冲咖啡壶, 手冲咖啡壶套装, 手冲壶, 咖啡壶, 咖啡磨豆机
bowl | bowl, dish, trinket pot, pudding bowl, bowl and spoon | 碗, 饭碗, 碗勺套装
plate | plate, platter, coaster, placemat, doily | 盘, 盘子, 碟
bedding | bedding, bedding set, sheet set, duvet, quilt, blanket, throw, *home | 四件套, 床品, 被, 被子, 毯, 毯子, 家居
pillow | pillow | 枕, 乳胶枕, 枕头, 侧睡枕
boxes | storage box, storage boxes, storage, vacuum storage bags, drawer, drawer organiser, cabinet, box, chest, food container | 收纳箱, 压缩收纳袋, 收纳, 抽屉, 箱, 盒
paperLamp | paper lantern table lamp, paper lantern, lantern, lantern set, lampshade | 灯笼台灯, 纸灯笼台灯, 灯笼, 灯笼套装, 花灯, 露营灯
lamp | table lamp, lamp, light, night light, ring light, bicycle light, *storage & light | 台灯, 灯, 收纳与灯具
sunriseLamp | wake-up light, sunrise lamp | 唤醒灯, 日出唤醒灯
earbuds | earbuds, earphones, *audio | 耳机, 蓝牙耳机, 耳塞, 影音
headphones | headphones, noise-cancelling headphones, radio, speaker, soundbar | 降噪耳机, 头戴式耳机, 头戴式降噪耳机, 音箱
charger | charger, charging station, adaptor, adapter, travel adapter, *digital, *wearables, battery | 快充头, 充电器, 无线充电器, 充电转换器, 数码, 智能穿戴
cable | cable, cord, usb-c cable | 数据线, 快充数据线, 线
powerBank | power bank | 充电宝, 移动电源
phoneCase | phone case, case, screen protector, *phone accessories, phone cover | 手机壳, 手机配件, 钢化膜
plug | smart plug, plug, socket, voice remote hub, *smart home | 插座, 智能插座, 智能家居, 遥控中枢
clock | clock, alarm clock, timer | 时钟, 闹钟, 挂钟
frame | frame, picture, photo frame, canvas, print, poster, album | 相框, 画, 装饰画, 海报, 照片
mirror | mirror | 镜子, 镜
cushion | cushion, cushion cover, cushion kit, seat pad, pin cushion | 抱枕, 抱枕套, 靠垫, 抱枕材料包
towel | towel, tea towel, flannel, oven glove, cleaning cloth, *bath | 毛巾, 茶巾, 浴巾, 抹布, 卫浴
basket | basket, hamper, trug, laundry basket | 篮子, 篮
hook | hook, hanger, velvet hanger, coat rack, rack, shelf | 挂钩, 衣架, 架
vase | vase, flower, bouquet, rose, rose dome, tulip, lavender, carnation, sunflower bunch, flower subscription, *fresh flowers | 花瓶, 花, 花束, 鲜花, 鲜花包月, 永生花玻璃罩
plant | plant, garden, monstera, orchid, butterfly orchid, succulent, money tree, bulb kit, narcissus bulb, ceramic pot, *flowers & garden, herb, plant pot, flower pot, planter, watering can, seed, grow your own | 植物, 绿植, 花盆, 花盆箱, 盆栽, 蝴蝶兰年宵花, 多肉植物组合, 浇花水壶, 水仙花种球, 种子套装, 鲜花园艺, 园艺
nappies | nappies, nappy, nappy pants, diaper, *nappies & wipes, *mother & baby | 纸尿裤, 拉拉裤, 尿不湿, 尿裤湿巾, 母婴
wipes | wipes, water wipes, tissue, pocket tissues, tissues, facial tissue, cotton tissue, sanitary pad | 湿巾, 纸巾, 抽纸巾, 棉柔巾, 卫生巾
babyBottle | baby bottle, feeding bottle, *feeding | 奶瓶, 玻璃奶瓶, 喂养
warmer | bottle warmer | 温奶器, 暖奶器
bib | bib, bib with pocket, with pocket | 围兜, 接饭围兜
stackingRings | stacking rings, stacking toy, toy, tug toy, kitchen toy, *toys & sleep, spinning top, building block, building blocks, skittles, game, jigsaw, puzzle, dominoes | 叠叠乐, 玩具, 积木, 玩具与睡眠, 拼图
sleepSack | sleep sack, sleeping bag, romper, babygrow | 睡袋, 婴儿睡袋, 爬服
foodMaker | food maker, milk maker, stand mixer, blender, mixer, juicer cup | 辅食机, 料理机, 豆浆料理机, 和面机, 榨汁杯
catFood | cat food, cat, wet pouch, chicken cube, lickable treat, *cats | 猫粮, 猫咪, 猫, 猫湿粮, 冻干鸡肉粒, 猫条零食
litter | cat litter, litter, litter box | 猫砂, 猫砂盆
scratcher | scratching post, scratching lounge, cat tree | 猫抓柱, 猫抓板, 抓柱, 猫爬架
wand | wand, wand toy, feather wand toy, laser toy | 逗猫棒, 逗猫玩具
dogFood | dog food, dog, salmon kibble, *dogs, dog bowl | 狗粮, 狗狗, 狗
lead | lead, leash, dog lead, collar | 牵引绳, 项圈
petBrush | brush, pet brush, comb, hairbrush | 除毛梳, 梳子, 梳, 刷
fountain | water fountain, fountain, feeder | 饮水机, 喂食器
bear | bear, teddy, doll, soft toy, bunny, rabbit, owl, monkey | 熊, 娃娃, 玩偶, 安抚玩偶兔子, 公仔
paw | *pets, *pet, *care | 宠物, 护理用品
candle | candle, soy candle, t-light, t-light holder, candle stick, holder, candle holder, tealight, candlestick, incense, candle plate | 蜡烛, 烛台, 香薰
heart | heart, love, valentine, wreath, garland | 爱心, 心形
star | star, string light, ornament, decoration, bauble, snowflake, hanging decoration, glitter | 星, 星星灯串, 挂饰, 装饰
card | card, voucher, crab voucher, postcard, gift tag, tag, envelope, letter, invitation, stationery, stationery set, sticker | 贺卡, 礼券, 卡片, 明信片, 信封, 贴纸
sign | sign, plaque, chalkboard, blackboard, word, message, doormat, door mat, noticeboard, memo board | 招牌, 标牌, 门牌, 地垫
bunting | bunting, party, flag, balloon, streamer | 彩旗, 派对, 气球
notebook | notebook, recipe, novel, small garden, stories, living more, noodles of the south, touch-and-feel book, picture book, planner, *books, *books & stationery, journal, book, diary, organiser, calendar, address book, sketchbook, colouring book, passport cover, passport | 笔记本, 日记, 书, 日历, 手册, 小说, 绘本, 图书, 图书文具
pencils | pencil, pencil case, highlighter, calligraphy set, *notebooks & pens, *art & craft, pen, crayon, pencils, ruler, eraser, chalk, sharpener | 铅笔, 笔, 中性笔, 荧光笔, 笔袋, 书法入门套装, 蜡笔, 尺, 本册笔具, 手工艺术
wrap | wrap, washi tape, gift wrap, wrapping paper, paper, tape, tissue paper | 包装纸, 纸, 胶带
napkins | napkin, paper napkins, tablecloth, doilies | 餐巾, 桌布
tin | tin, biscuit tin, cake tins, lunch box, snack box, lunchbox, bread bin, money box, jewellery box, trinket box, sewing kit, sewing box, first aid tin | 铁盒, 饭盒, 罐头, 针线盒
bird | bird, birdcage, dove, hen, duck, chicken, butterfly | 鸟, 小鸟
house | house, bird house, hamster house, book-nook kit, doll house, bird feeder, wendy house | 房子, 屋, 别墅
tree | tree, christmas tree, christmas | 圣诞树, 圣诞, 树
key | key, keyring, key ring, key fob, padlock | 钥匙
ribbon | ribbon, ribbons, curling ribbon, bow, yarn | 丝带, 缎带, 卷发丝带
boot | boot, snow boot | 短靴, 雪地靴, 靴
heel | heel | 高跟鞋, 细跟鞋
hat | hat | 草帽, 遮阳帽, 帽子
cap | cap, swimming cap | 空顶帽, 泳帽
sunglasses | sunglasses | 太阳镜, 墨镜
gloves | glove | 手套
hairClip | hair clip | 发夹
pyjamas | pyjama, pyjama set, nightdress, dressing gown, base layer set, *loungewear, *maternity | 睡衣, 睡衣套装, 哺乳睡衣, 睡裙, 睡袍, 保暖内衣套装, 内衣家居服, 孕产妈妈
briefs | briefs, boxers, underwear, underwear set | 内裤, 平角裤, 内衣袜子礼盒
bra | bra | 文胸, 运动内衣
suitcase | suitcase, cabin suitcase | 登机箱, 行李箱
swimsuit | swimsuit, *swimming | 泳衣, 游泳
compact | cushion foundation, setting powder, primer, foundation | 气垫粉底, 散粉, 妆前乳
eyeshadow | eyeshadow palette, eyeshadow | 眼影盘, 眼影盘 桂花乌龙
makeupBrush | make-up brush, make-up brush set, *tools | 化妆刷, 美妆工具
pads | cotton pad | 化妆棉
sponge | make-up sponge, sponge | 美妆蛋
spray | degreaser, degreaser spray, spray, *cleaning | 清洁剂, 清洁
detergent | laundry liquid, laundry capsule, detergent | 洗衣液, 洗衣凝珠
mop | mop, flat mop | 拖把
showerHead | shower head | 花洒喷头, 花洒
diffuser | reed diffuser, diffuser, *decor | 无火香薰
spatula | spatula, spatula set | 锅铲五件套, 锅铲
mattress | bath mat, changing mat, pet mat, desk mat, mattress, mattress protector, sleeping mat, cot mattress | 软地垫, 隔尿垫, 冰垫, 桌垫, 床垫, 床垫保护罩, 凉席, 凉席三件套
trolley | trolley, rolling trolley | 收纳推车, 推车
rolls | kitchen towel | 厨房纸巾
steamer | bamboo steamer | 竹蒸笼, 蒸笼
highChair | high chair | 餐椅
breastPump | breast pump | 吸奶器
microphone | microphone | 麦克风
camera | camera, indoor camera | 摄像头
doorLock | door lock, lock | 门锁
projector | projector, mini projector | 投影仪
keyboard | keyboard, mechanical keyboard | 键盘
mouse | mouse, wireless mouse | 鼠标
laptop | laptop, laptop stand, *computer & desk | 电脑支架, 电脑办公, 笔记本电脑支架
drive | solid-state drive, drive | 固态硬盘, 硬盘
tablet | tablet, drawing tablet, drawing tablet with pen | 数位板
stand | phone stand | 手机支架
tripod | tripod, selfie tripod | 三脚架
bulb | bulb, smart bulb | 灯泡, 灯泡灯
watch | watch, smart watch, watch strap, locator watch | 手表, 手表表带, 表带
wristband | fitness band | 手环, 运动手环
locator | locator tag, luggage locator tag | 定位器, 防丢定位器
hub | usb-c hub, hub | 扩展坞
hairDryer | hair dryer, *personal appliances | 吹风机, 个护电器
toothbrush | toothbrush, electric toothbrush, toothbrush head, cleansing brush | 牙刷, 电动牙刷, 电动牙刷刷头, 洁面刷仪, 软毛牙刷
shaver | shaver | 剃须刀
curlingWand | curling wand | 卷发棒
fan | tower fan | 电风扇
neckFan | neck fan | 挂脖小风扇, 小风扇
humidifier | humidifier | 加湿器
purifier | purifier, air purifier, *air & cleaning | 净化器, 空气净化器, 环境清洁
vacuum | vacuum, stick vacuum | 吸尘器
robotVacuum | robot vacuum, robot vacuum with mop | 扫拖一体机器人, 机器人
garmentSteamer | garment steamer | 挂烫机
heater | heater, radiator heater | 取暖器
riceCooker | rice cooker, steriliser, *appliances, *kitchen appliances | 电饭煲, 消毒烘干锅, 家电, 厨房电器
airFryer | air fryer | 空气炸锅
espresso | espresso machine | 意式咖啡机, 咖啡机
toaster | toaster, sandwich maker | 早餐机
massager | massage gun | 按摩枪, 筋膜按摩枪
neckMassager | neck massager, *massage & rest | 按摩器, 揉捏按摩器, 按摩休养
footBath | foot spa, foot bath | 泡脚桶
bloodPressure | blood-pressure monitor, pressure monitor | 血压计
thermometer | thermometer | 额温枪, 体温计
dumbbell | dumbbell | 哑铃
kettlebell | kettlebell | 壶铃
rope | skipping rope | 跳绳
roller | foam roller | 泡沫轴
blocks | yoga block | 瑜伽砖
treadmill | treadmill | 走步机
chair | moon chair, chair | 月亮椅, 椅
table | camp table, table | 蛋卷桌, 桌子
poles | trekking pole | 登山杖
canopy | canopy, sky canopy, canopy with poles | 天幕遮阳棚帐篷, 天幕
goggles | goggles | 泳镜
racket | racket, badminton racket, *ball & racket | 羽毛球拍, 球类
shuttle | shuttlecock | 羽毛球
ball | basketball | 篮球
tennisBalls | tennis ball, tennis balls | 网球, 网球 三罐装
football | football | 足球, 比赛足球
paddle | table tennis, table tennis set | 乒乓球拍套装
helmet | helmet, cycling helmet | 骑行头盔, 头盔
bicycle | bicycle, bike, commuter bicycle, balance bike, *cycling | 自行车, 折叠自行车, 平衡车, 骑行
floorPump | floor pump | 打气筒
palette | watercolour, watercolour travel set, paint | 水彩颜料, 颜料
fishTank | fish tank, fish tank with light, *small pets & fish | 鱼缸, 鱼缸带灯, 小宠水族
fish | fish flake | 观赏鱼粮
petBed | dog bed, hammock, hammock for cats, pet bed | 狗窝, 猫窗台吊床
harness | harness | 胸背带
pills | gummies, multivitamin gummies, oil capsule, tablets, vitamin d tablet, whey protein, *vitamins & nutrition, *health | 软糖, 复合维生素软糖, 鱼油胶囊, 胶囊, 蛋白粉, 营养滋补, 健康, 钙维d片
eyeMask | sleep mask | 眼罩, 遮光眼罩
faceMask | face mask, breathable face masks | 口罩
firstAid | first-aid kit, *home care | 急救包, 家庭护理
plaster | plaster | 创可贴
mooncake | mooncake, snow-skin mooncake, lava mooncake, five-kernel mooncakes in a tin, mooncake mould | 月饼, 月饼礼盒, 月饼铁盒, 奶黄月饼礼盒, 月饼模具
zongzi | zongzi, *festive | 粽子, 节令礼盒
fruit | fruit, orange, navel orange, kiwi fruit, durian flesh, *fruit & fresh | 水果, 脐橙, 猕猴桃水果, 榴莲果肉, 水果生鲜
watermelon | watermelon | 西瓜
noodles | noodles, dry noodles, rice noodles, dumplings, rice ball, hotpot base | 挂面, 螺蛳粉, 水饺, 汤圆, 火锅底料
can | peach water, sparkling white peach water, *drinks | 气泡水, 饮料冲饮
milk | oat milk, milk | 燕麦奶, 牛奶
pouch | mixed nuts, duck-neck snack pack, snack pack, jerky, beef jerky, sunflower seed | 坚果, 零食包, 鸭脖零食包, 牛肉干, 瓜子
bagOfGoods | gift bag, gift set, discovery set, gift, party bag | 礼袋, 礼品, 礼物, 体验套装
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
