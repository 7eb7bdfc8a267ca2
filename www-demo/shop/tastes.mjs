// What the made-up shoppers of the sample shop are like: their tastes, and what they buy with what.

/**
 * A taste is a reason to visit. `share`: how common it is among the tastes for its top category; `paths`: pull of category paths
 * (a path counts for everything below it); `tags`: extra pull of tagged products; `hours`: when such visits begin.
 * `fits` names declared answers without which the taste hardly occurs.
 */
export const tastes = [
  { name: "cat owner", share: 13, paths: { "Pets > Cats": 9, "Pets > Care": 4 }, hours: [12, 20, 21, 22] },
  { name: "dog owner", share: 10, paths: { "Pets > Dogs": 9, "Pets > Care": 4, "Sport > Outdoor": 0.6 }, hours: [7, 8, 19, 20] },
  { name: "aquarium keeper", share: 4, paths: { "Pets > Small pets & fish": 9 }, hours: [19, 20, 21] },
  { name: "expecting", share: 6, paths: { "Mother & baby > Maternity": 8, "Mother & baby > Baby clothing": 3 }, tags: { newborn: 4, kids: 0.1 }, hours: [10, 14, 22] },
  { name: "new parent", share: 11, paths: { "Mother & baby > Nappies & wipes": 8, "Mother & baby > Feeding": 6, "Mother & baby > Toys & sleep": 3, "Mother & baby > Baby clothing": 3 }, tags: { sleep: 1.2 }, hours: [5, 10, 14, 23] },
  { name: "toddler's parent", share: 8, paths: { "Mother & baby > Toys & sleep": 6, "Mother & baby > Feeding": 4, "Mother & baby > Baby clothing": 4, "Food > Snacks": 1 }, tags: { kids: 5, newborn: 0.1 }, hours: [13, 21, 22] },
  { name: "school parent", share: 6, paths: { "Books & stationery": 4 }, tags: { kids: 5, "back-to-school": 4, newborn: 0 }, hours: [12, 20, 21] },
  { name: "runner", share: 9, paths: { "Sport > Running": 9, "Digital > Wearables": 1.5, "Digital > Audio": 0.7 }, tags: { run: 4 }, hours: [6, 7, 18, 21] },
  { name: "yoga practitioner", share: 7, paths: { "Sport > Yoga & fitness": 9, "Health > Massage & rest": 1.5, "Beauty > Hair & body": 1 }, hours: [9, 15, 20] },
  { name: "camper", share: 7, paths: { "Sport > Outdoor": 8 }, tags: { camp: 4, travel: 1.5 }, hours: [12, 19, 20] },
  { name: "swimmer", share: 4, paths: { "Sport > Swimming": 10 }, hours: [11, 17, 20] },
  { name: "ball player", share: 5, paths: { "Sport > Ball & racket": 10, "Fashion > Menswear": 0.8 }, hours: [12, 18, 22] },
  { name: "cyclist", share: 4, paths: { "Sport > Cycling": 10, "Sport > Outdoor": 0.8 }, hours: [7, 18, 20] },
  { name: "home cook", share: 11, paths: { "Home > Kitchen": 7, "Food > Pantry": 6, "Appliances > Kitchen appliances": 3 }, tags: { coffee: 0.2, tea: 0.3, baking: 0.5 }, hours: [10, 11, 17, 20] },
  { name: "baker", share: 4, paths: { "Home > Kitchen": 0.6, "Appliances > Kitchen appliances": 0.4 }, tags: { baking: 12 }, hours: [10, 15, 21] },
  { name: "coffee drinker", share: 8, paths: { "Food > Tea & coffee": 1 }, tags: { coffee: 9, tea: 0.2 }, hours: [8, 9, 14, 15] },
  { name: "tea drinker", share: 7, paths: { "Food > Tea & coffee": 4 }, tags: { tea: 7, coffee: 0.05 }, hours: [10, 15, 16, 21] },
  { name: "snacker", share: 10, paths: { "Food > Snacks": 8, "Food > Drinks": 5 }, tags: { spicy: 4 }, hours: [12, 16, 22, 23] },
  { name: "fruit and feast buyer", share: 9, paths: { "Food > Fruit & fresh": 7, "Food > Festive": 7 }, hours: [9, 11, 18, 20] },
  { name: "skincare reader", share: 12, paths: { "Beauty > Skincare": 9, "Beauty > Tools": 1.5 }, tags: { men: 0.1 }, hours: [12, 21, 22, 23] },
  { name: "make-up player", share: 9, paths: { "Beauty > Make-up": 9, "Beauty > Tools": 5, "Beauty > Skincare": 1.5 }, hours: [12, 18, 22] },
  { name: "bathroom shelf", share: 9, paths: { "Beauty > Hair & body": 9, "Home > Bath": 4, "Appliances > Personal appliances": 3 }, hours: [13, 20, 22] },
  { name: "perfume lover", share: 4, paths: { "Beauty > Fragrance": 10, "Home > Decor": 1.5 }, hours: [12, 21, 22] },
  { name: "groomed man", share: 4, paths: { "Fashion > Menswear": 2 }, tags: { men: 12 }, hours: [8, 13, 21], fits: { gender: ["male"] } },
  { name: "dresser", share: 12, paths: { "Fashion > Clothing": 8, "Fashion > Shoes": 4, "Fashion > Bags": 2, "Fashion > Accessories": 2 }, hours: [12, 13, 20, 22], fits: { gender: ["female", "other"] } },
  { name: "men's dresser", share: 9, paths: { "Fashion > Menswear": 9 }, hours: [12, 13, 21], fits: { gender: ["male", "other"] } },
  { name: "shoes and bags", share: 7, paths: { "Fashion > Shoes": 7, "Fashion > Bags": 7, "Fashion > Accessories": 6 }, hours: [12, 20, 22] },
  { name: "stay-in", share: 7, paths: { "Fashion > Loungewear": 9, "Home > Bedding": 2.5, "Health > Massage & rest": 1 }, tags: { sleep: 2 }, hours: [21, 22, 23] },
  { name: "commuter", share: 9, paths: { "Digital > Phone accessories": 7, "Digital > Audio": 5 }, tags: { commute: 3 }, hours: [8, 9, 18, 19] },
  { name: "desk dweller", share: 8, paths: { "Digital > Computer & desk": 9, "Digital > Audio": 1 }, tags: { desk: 4 }, hours: [10, 14, 22] },
  { name: "creator", share: 4, paths: { "Digital > Audio": 1 }, tags: { creator: 12 }, hours: [11, 20, 23] },
  { name: "smart home tinkerer", share: 6, paths: { "Digital > Smart home": 9, "Digital > Wearables": 3, "Appliances > Air & cleaning": 2 }, hours: [12, 20, 22] },
  { name: "nest builder", share: 9, paths: { "Home > Bedding": 7, "Home > Storage & light": 5, "Home > Decor": 5 }, hours: [11, 16, 21, 22] },
  { name: "tidy homemaker", share: 9, paths: { "Home > Cleaning": 9, "Home > Storage & light": 5, "Appliances > Air & cleaning": 3 }, hours: [9, 10, 15, 20] },
  { name: "appliance upgrader", share: 6, paths: { "Appliances": 8 }, hours: [12, 20, 21] },
  { name: "wellness", share: 8, paths: { "Health": 8 }, hours: [6, 9, 15, 20] },
  { name: "reader", share: 6, paths: { "Books & stationery > Books": 9, "Books & stationery > Art & craft": 4 }, tags: { reading: 2, kids: 0.4 }, hours: [13, 21, 22] },
  { name: "stationery hand", share: 6, paths: { "Books & stationery > Notebooks & pens": 9, "Books & stationery > Art & craft": 5 }, hours: [12, 17, 21] },
  { name: "plant grower", share: 6, paths: { "Flowers & garden": 9, "Home > Decor": 1 }, hours: [8, 10, 16] },
  { name: "giver", share: 7, paths: { "": 0.1 }, tags: { gift: 5 }, hours: [12, 20, 21] },
];

/** Two tastes that live in one household more often than chance: [taste, taste, times as likely]. */
export const together = [
  ["expecting", "new parent", 4], ["new parent", "toddler's parent", 3], ["new parent", "nest builder", 2], ["toddler's parent", "school parent", 3],
  ["new parent", "tidy homemaker", 2], ["home cook", "tea drinker", 2], ["home cook", "fruit and feast buyer", 3], ["home cook", "baker", 4],
  ["runner", "commuter", 2], ["runner", "dog owner", 2], ["runner", "cyclist", 3], ["runner", "swimmer", 2], ["skincare reader", "make-up player", 3],
  ["skincare reader", "bathroom shelf", 3], ["dresser", "make-up player", 2], ["dresser", "shoes and bags", 3], ["make-up player", "perfume lover", 3],
  ["camper", "dog owner", 2], ["camper", "cyclist", 2], ["coffee drinker", "commuter", 2], ["coffee drinker", "desk dweller", 3], ["desk dweller", "smart home tinkerer", 3],
  ["creator", "desk dweller", 3], ["creator", "make-up player", 2], ["nest builder", "tidy homemaker", 3], ["appliance upgrader", "home cook", 2],
  ["wellness", "tea drinker", 3], ["wellness", "plant grower", 2], ["reader", "stationery hand", 4], ["reader", "tea drinker", 2], ["school parent", "stationery hand", 2],
  ["snacker", "stay-in", 3], ["groomed man", "men's dresser", 4], ["ball player", "men's dresser", 2], ["cat owner", "plant grower", 2],
];

/**
 * Products that go with one another, by product id: [first, second, pull]. After the first the second is looked at
 * and bought more often; the way back pulls half as much.
 */
const pairs = [
  ["80001", "80002", 9], ["80001", "80004", 4], ["80002", "80007", 4], ["80001", "80008", 4], ["80003", "80004", 5],
  ["80005", "80006", 8], ["80005", "80007", 5], ["80006", "80007", 4],
  ["50001", "50002", 9], ["50003", "50004", 8], ["50005", "50008", 7], ["50007", "50006", 4], ["50001", "50003", 3], ["50008", "40006", 3],
  ["70001", "70002", 9], ["70001", "70003", 6], ["70003", "60001", 4], ["70002", "70003", 3], ["70001", "70007", 3],
  ["70004", "70005", 8], ["70004", "70007", 4], ["70006", "70007", 7], ["70008", "70006", 7], ["70006", "60005", 4],
  ["30002", "30001", 9], ["30003", "40008", 5], ["30003", "30002", 5], ["40007", "40008", 6], ["30001", "30003", 3],
  ["40003", "30004", 9], ["40004", "40003", 4], ["40001", "40005", 6], ["40002", "40005", 6], ["40001", "40002", 4], ["40006", "40005", 3],
  ["20004", "20001", 7], ["20001", "20002", 8], ["20003", "20004", 6], ["20005", "20006", 8], ["20005", "20004", 3], ["20007", "20008", 5],
  ["10002", "10008", 6], ["10001", "10007", 5], ["10003", "10005", 5], ["10004", "10002", 5], ["10006", "10001", 3], ["10005", "10007", 3],
  ["60003", "60004", 9], ["60006", "60005", 5], ["60003", "60005", 4], ["60001", "60006", 3], ["60002", "60003", 3],
  ["30005", "30006", 8], ["30006", "30008", 4], ["30008", "60007", 4], ["60008", "60007", 5], ["30007", "30005", 3], ["60008", "30006", 4],
];

/** Things that belong to one occasion, in the order they are looked for: pull, then the ids. */
const kits = `
9: 10009 10010 10203        | 7: 10011 10207 10504 10506 | 7: 10012 10202 10404      | 8: 10013 10203 10505      | 8: 10014 10020 10205
8: 10015 10204 10505 10507  | 7: 10016 10021 10209       | 8: 10017 10508 10504      | 7: 10018 10002 10201      | 7: 10019 10502 10501
6: 10022 10006              | 8: 10101 10102 10208       | 7: 10103 10102            | 7: 10104 10105 10106      | 7: 10107 10308
9: 10108 10208 10403        | 8: 10301 10206 10303       | 7: 10302 90104            | 8: 10304 10305            | 7: 10306 10305
6: 10307 30407 40506        | 9: 10402 10406 60405 60107 | 6: 10405 10401            | 6: 10503 10501 10509
9: 20013 20009 20002        | 8: 20010 20003 20020       | 8: 20011 20009 20014      | 7: 20012 20013 20021      | 9: 20015 20014 20405
7: 20016 20017              | 9: 20018 20019 93104 20305 | 6: 20022 20013            | 6: 20023 10406 20304
9: 20109 20101 20102        | 8: 20103 20105 20104       | 8: 20104 20004            | 7: 20106 20101            | 8: 20107 20108
8: 20401 20402 20403        | 7: 20101 20402             | 6: 20110 20111            | 9: 20007 20201 20202      | 7: 20203 20204 20008
9: 20205 20206              | 6: 20207 20208             | 8: 20209 90105            | 8: 20301 20304 20303      | 7: 20302 30401
6: 20404 20011              | 8: 20406 93105 93101
9: 30009 30010              | 8: 30011 30022 40201       | 8: 30012 30023 40204      | 9: 30013 30014 40011      | 8: 30014 40009
8: 30016 40016 93004        | 8: 30015 40018             | 8: 30018 40107            | 8: 30019 30021 30020      | 9: 30024 40210 93008
9: 30025 40210              | 9: 30101 30107             | 8: 30102 30105 30109      | 8: 30106 30108 90107      | 7: 30103 30404
8: 30104 90104 90103        | 9: 30201 30204 30209       | 8: 30202 30203 30208      | 7: 30205 30207            | 7: 30206 30406
9: 30301 30302              | 9: 30303 30308 30307       | 9: 30304 30305            | 7: 30306 30307 93205      | 8: 30401 30402
8: 30403 92002              | 6: 30405 30406             | 9: 30407 40506 92102       | 6: 30408 30409            | 6: 30410 92005
9: 30501 30502 30504        | 7: 30503 30505
8: 40009 40013 30013        | 7: 40010 40012             | 8: 40011 40015            | 8: 40014 40401            | 9: 40017 40018 40019
8: 40101 40108 40112        | 9: 40102 40103 40401       | 9: 40105 40109 40206      | 7: 40106 40110            | 8: 40107 40501
7: 40104 92001              | 7: 40111 40209 40403       | 9: 40202 40203 40212      | 9: 40204 40212 93006      | 8: 40205 40211 40008
7: 40207 40209              | 8: 40208 40507 40508       | 7: 40301 40402             | 8: 40302 40304 40303      | 6: 40305 40308
8: 40306 40405 40501        | 7: 40307 40203             | 8: 40404 70014            | 7: 40406 40208            | 9: 40501 40502 40503 50209
9: 40504 40505
9: 50009 50010 50012        | 9: 50011 50001 50013       | 9: 50101 50102 50103      | 8: 50003 50103            | 8: 50104 50108 50005
9: 50105 50106 50008        | 7: 50107 50108             | 7: 50201 50203 50006      | 8: 50202 50204 50205      | 8: 50206 50203 50007
7: 50207 50007              | 6: 50208 50305             | 9: 50301 50302             | 8: 50303 50304            | 6: 50306 50307 91106
9: 50401 50404 50405        | 8: 50402 50403             | 7: 50406 50013 50010       | 8: 50405 50302 50011
7: 60009 60012              | 7: 60010 90103 90104       | 7: 60011 60003             | 9: 60013 60108 60104      | 6: 60014 60403
8: 60101 60006              | 8: 60102 60004             | 7: 60103 60105             | 6: 60106 60005            | 8: 60107 60005 60405
8: 60201 60203              | 8: 60202 60205 60007       | 6: 60204 93202             | 7: 60206 60012            | 9: 60301 60302 60305
9: 60303 60304 60301        | 7: 60306 60305 60309       | 8: 60307 60308 60304       | 9: 60401 60404 60402      | 7: 60402 60105
9: 70009 70002 70014        | 8: 70010 70011 70013       | 8: 70012 70015 60401       | 9: 70101 70107 70004      | 8: 70102 70108 70004
8: 70103 70106 90004        | 7: 70104 70105             | 8: 70105 90101             | 7: 70109 60401            | 9: 70201 70205 70203 70202
8: 70204 70008 70205        | 8: 70206 70207 70208 70006 | 8: 70209 70202 70210       | 9: 70301 70304 70302      | 8: 70303 70301
6: 70305 70301 50305        | 9: 70401 70402             | 7: 70403 70405             | 6: 70404 70406            | 9: 70501 70503 70502
8: 70505 70504 70502
9: 80009 80010 80011        | 8: 80001 80011             | 8: 80012 80002             | 7: 80013 80014 80015       | 9: 80101 80102
8: 80103 80107 80006        | 7: 80104 80108             | 7: 80105 80106             | 6: 80201 80008            | 6: 80202 80009
8: 80203 80204 80007        | 6: 80205 80105             | 9: 80301 80302 80305       | 9: 80303 80304
8: 90001 90003 90008        | 7: 90002 90003             | 8: 90005 90006             | 7: 90007 40207            | 8: 90102 90103 90101
7: 90105 90106 90107        | 8: 90201 90202             | 8: 90203 90205 90204
8: 91001 91007              | 7: 91002 92201 92202       | 7: 91003 91006             | 9: 91004 91005 91205       | 7: 91008 70014
9: 91101 91102 91105        | 8: 91103 91202             | 8: 91104 91107 91101       | 7: 91106 91102            | 7: 91201 91205
7: 91203 91206 91204        | 8: 92001 92005             | 8: 92003 90102             | 7: 92004 92002 30403       | 8: 92101 92103 92203
8: 92102 92104              | 7: 92105 92104             | 9: 92201 92205 92202 92204
8: 93001 40208              | 8: 93002 93009             | 7: 93003 40403             | 9: 93004 30004 40003       | 9: 93005 40016 40018
8: 93006 40204              | 7: 93007 40404             | 9: 93102 93103             | 7: 93106 20013            | 7: 93201 93208 93209
8: 93202 93203              | 8: 93204 93205             | 6: 93206 10108             | 7: 93207 90107            | 6: 20403 20101
`;

export const goesWith = [...pairs, ...kits.trim().split(/[|\n]/).flatMap((kit) => {
  const [pull, ids] = kit.trim().split(": ");
  const list = ids.trim().split(" ");
  return list.flatMap((a, i) => list.slice(i + 1).map((b, n) => [a, b, Number(pull) / (1 + n / 2)]));
})];

/** Tag whose products are used up and bought again, and after how many days, in the mean. */
export const refill = { tag: "refill", days: 30 };

/**
 * How shoppers come and go over the year: `share` in a hundred, `from` and `to` the part of the year in which they
 * visit, each drawn between two bounds, and `pause`, the part in which those who come back are away.
 */
export const lifecycles = [
  { name: "active", share: 46, from: [0, 0.1], to: [1, 1] },
  { name: "new", share: 22, from: [0.7, 0.98], to: [1, 1] },
  { name: "lapsing", share: 20, from: [0, 0.3], to: [0.4, 0.85] },
  { name: "back", share: 12, from: [0, 0.2], to: [1, 1], pause: [0.35, 0.7] },
];
