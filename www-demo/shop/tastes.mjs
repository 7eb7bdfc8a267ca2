// What the made-up shoppers of the sample shop are like: their tastes, and what they buy with what.

/**
 * A taste is a reason to visit. `share`: how common it is among shoppers; `paths`: pull of category paths
 * (a path counts for everything below it); `tags`: extra pull of tagged products; `hours`: when such visits begin.
 */
export const tastes = [
  { name: "cat owner", share: 13, paths: { "Pets > Cats": 9, "Pets > Care": 5 }, hours: [12, 20, 21, 22] },
  { name: "dog owner", share: 9, paths: { "Pets > Dogs": 9, "Pets > Care": 5, "Sport > Outdoor": 0.6 }, hours: [7, 8, 19, 20] },
  { name: "new parent", share: 12, paths: { "Mother & baby": 8 }, tags: { sleep: 1.2 }, hours: [5, 10, 14, 23] },
  { name: "toddler's parent", share: 7, paths: { "Mother & baby > Toys & sleep": 6, "Mother & baby > Feeding": 5, "Food > Snacks": 3 }, tags: { kids: 3, newborn: 0.2 }, hours: [13, 21, 22] },
  { name: "runner", share: 10, paths: { "Sport > Running": 9, "Digital > Audio": 1 }, tags: { run: 4 }, hours: [6, 7, 18, 21] },
  { name: "yoga practitioner", share: 7, paths: { "Sport > Yoga & fitness": 9, "Beauty > Hair & body": 1.5, "Food > Tea & coffee": 1 }, hours: [9, 15, 20] },
  { name: "camper", share: 6, paths: { "Sport > Outdoor": 9 }, tags: { travel: 3 }, hours: [12, 19, 20] },
  { name: "home cook", share: 12, paths: { "Home > Kitchen": 8, "Food > Pantry": 5 }, tags: { coffee: 0.3 }, hours: [10, 11, 17, 20] },
  { name: "coffee drinker", share: 9, paths: { "Food > Tea & coffee": 4 }, tags: { coffee: 6 }, hours: [8, 9, 14, 15] },
  { name: "tea drinker", share: 8, paths: { "Food > Tea & coffee": 6, "Food > Snacks": 3 }, tags: { coffee: 0.1 }, hours: [10, 15, 16, 21] },
  { name: "skincare reader", share: 13, paths: { "Beauty > Skincare": 9, "Beauty > Make-up": 2, "Beauty > Hair & body": 2 }, hours: [12, 21, 22, 23] },
  { name: "make-up player", share: 9, paths: { "Beauty > Make-up": 9, "Beauty > Skincare": 3, "Fashion > Accessories": 1.5 }, hours: [12, 18, 22] },
  { name: "dresser", share: 12, paths: { "Fashion > Clothing": 8, "Fashion > Bags": 4, "Fashion > Accessories": 4 }, hours: [12, 13, 20, 22] },
  { name: "commuter", share: 10, paths: { "Digital > Phone accessories": 7, "Digital > Audio": 5, "Fashion > Bags": 1.5 }, tags: { commute: 3 }, hours: [8, 9, 18, 19] },
  { name: "nest builder", share: 10, paths: { "Home > Bedding": 7, "Home > Storage & light": 6, "Digital > Smart home": 4 }, tags: { sleep: 2 }, hours: [11, 16, 21, 22] },
  { name: "giver", share: 6, paths: { "": 0.4 }, tags: { gift: 6 }, hours: [12, 20, 21] },
];

/**
 * Two tastes that live in one household more often than chance: [taste, taste, times as likely].
 */
export const together = [
  ["new parent", "toddler's parent", 3],
  ["new parent", "nest builder", 2],
  ["home cook", "tea drinker", 2],
  ["runner", "commuter", 2],
  ["runner", "dog owner", 2],
  ["skincare reader", "make-up player", 3],
  ["dresser", "make-up player", 2],
  ["camper", "dog owner", 2],
  ["coffee drinker", "commuter", 2],
];

/**
 * Products that go with one another, by product id: [first, second, pull]. After the first the second is looked at
 * and bought more often; the way back pulls half as much.
 */
export const goesWith = [
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

/** Tag whose products are used up and bought again, and after how many days, in the mean. */
export const refill = { tag: "refill", days: 26 };
