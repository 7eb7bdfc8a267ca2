// Pictures of what is worn and carried: clothes, bags, accessories, sports gear.

import { disc, ground, oval, path, place, rect, ring, shine, stroke, turn } from "./draw.js";

const seam = "rgba(255,255,255,.45)";

export const wear = {
  dress: (c) =>
    path("M78 32 L92 32 Q100 44 108 32 L122 32 Q122 62 126 78 L150 166 Q100 178 50 166 L74 78 Q78 62 78 32Z", c.m) +
    path("M74 80 Q100 88 126 80 L129 90 Q100 98 71 90Z", c.d) +
    stroke("M88 100 Q84 140 78 168 M100 102 V172 M112 100 Q116 140 122 168", seam, 2),
  trousers: (c) =>
    path("M70 32 H130 L134 60 L146 168 H112 L100 88 L88 168 H54 L66 60Z", c.m) + rect(70, 32, 60, 11, 2, c.d) +
    stroke("M100 43 V88 M74 54 Q84 62 86 48 M126 54 Q116 62 114 48", seam, 2.2) + disc(100, 38, 2.6, c.a),
  sweater: (c) =>
    path("M76 42 Q100 56 124 42 L146 54 L166 138 L146 144 L136 98 V160 H64 V98 L54 144 L34 138 L54 54Z", c.m) +
    path("M78 41 Q100 62 122 41 L128 44 Q100 72 72 44Z", c.d) + rect(64, 152, 72, 10, 3, c.d) +
    stroke("M76 84 l8 7 8 -7 8 7 8 -7 8 7 8 -7 M76 104 l8 7 8 -7 8 7 8 -7 8 7 8 -7 M76 124 l8 7 8 -7 8 7 8 -7 8 7 8 -7", seam, 2.4),
  vest: (c) =>
    place(14, -8, 1, `<g opacity=".55">${vestCut(c.d)}</g>`) + place(0, 2, 1, `<g opacity=".8">${vestCut(c.l)}</g>`) +
    place(-14, 10, 1, vestCut(c.m)) + stroke("M72 92 V158 M86 92 V160 M100 92 V158", seam, 2),
  shirt: (c) =>
    path("M80 40 L120 40 L156 60 L144 92 L132 86 V164 H68 V86 L56 92 L44 60Z", c.m) + path("M84 40 L100 60 L116 40 L108 36 H92Z", c.l) +
    stroke("M100 60 V164", seam, 2.4) + disc(100, 84, 2.4, c.d) + disc(100, 108, 2.4, c.d) + disc(100, 132, 2.4, c.d),
  scarf: (c) =>
    turn(-8, 100, 100, rect(46, 50, 108, 104, 4, c.m) + rect(54, 58, 92, 88, 2, c.l) +
      path("M100 66 L138 102 L100 138 L62 102Z", c.m) + disc(100, 102, 20, c.a) + disc(100, 102, 10, c.l)) +
    path("M140 140 L160 150 L148 160 L132 152Z", c.d),
  belt: (c) =>
    ring(100, 104, 52, c.d, 15) + ring(100, 104, 52, c.m, 11) + stroke("M54 120 A48 48 0 0 0 146 120", seam, 1.6) +
    rect(80, 38, 40, 30, 5, c.a) + rect(87, 45, 26, 16, 2, c.bg) + rect(98, 42, 5, 22, 2, c.a),
  tote: (c) => ground(168, 56) + stroke("M74 80 Q74 34 100 34 Q126 34 126 80", c.d, 7) + path("M50 74 H150 L158 166 H42Z", c.m) +
    path("M50 74 H150 L151 84 H49Z", c.d) + disc(100, 122, 19, c.l) + path("M100 108 q12 12 0 28 q-12 -16 0 -28Z", c.d),
  crossbody: (c) => stroke("M54 96 Q58 24 100 26 Q142 24 146 96", c.d, 5) + rect(46, 84, 108, 76, 18, c.m) +
    path("M46 100 Q46 84 64 84 H136 Q154 84 154 100 V112 Q128 134 100 134 Q72 134 46 112Z", c.d) + rect(91, 124, 18, 18, 4, c.a) + shine(56, 92, 4, 30),
  backpack: (c) => ground(170, 50) + stroke("M82 42 Q100 22 118 42", c.d, 6) + rect(50, 86, 18, 64, 9, c.d) + rect(132, 86, 18, 64, 9, c.d) +
    path("M60 168 V84 Q60 38 100 38 Q140 38 140 84 V168Z", c.m) + path("M60 84 Q60 38 100 38 Q140 38 140 84 Q100 98 60 84Z", c.l) +
    rect(72, 114, 56, 46, 10, c.d) + stroke("M78 128 H122", c.a, 3.5) + rect(96, 74, 8, 22, 3, c.a),
  purse: (c) => ground(160, 50) + path("M52 92 Q100 70 148 92 L154 150 Q100 168 46 150Z", c.m) + stroke("M56 92 Q100 72 144 92", c.a, 7) + disc(94, 72, 7, c.a) + disc(107, 72, 7, c.a),
  necklace: (c) => ring(100, 84, 50, c.a, 3) + path("M100 120 q20 18 0 44 q-20 -26 0 -44Z", c.m) + path("M100 128 q8 12 0 26Z", c.l),
  earrings: (c) => [70, 130].map((x) => stroke(`M${x} 46 q10 8 0 20`, c.a, 3) + disc(x, 84, 16, c.m) + path(`M${x} 102 q13 22 0 46 q-13 -24 0 -46Z`, c.d)).join(""),
  umbrella: (c) => stroke("M100 44 V152 q0 14 -13 14 q-11 0 -11 -12", c.d, 5) + path("M34 104 Q40 42 100 40 Q160 42 166 104 Q150 92 133 104 Q117 92 100 104 Q83 92 67 104 Q50 92 34 104Z", c.m) +
    path("M67 104 Q76 52 100 40 Q124 52 133 104 Q117 92 100 104 Q83 92 67 104Z", c.l),
  shoe: (c) => ground(158, 66) +
    path("M38 96 Q52 104 66 86 Q74 74 84 78 L112 108 Q132 120 156 124 Q168 128 166 146 H38 Q32 120 38 96Z", c.m) +
    path("M36 142 H168 Q168 158 154 158 H48 Q34 156 36 142Z", c.l) + stroke("M84 90 L76 98 M93 99 L85 107 M102 107 L95 115", c.p, 3.4) +
    path("M52 126 Q84 122 118 142 H60 Q48 138 52 126Z", c.a),
  sock: (c) => place(24, -4, 1, sockCut(c.l, c.d)) + place(-12, 6, 1, sockCut(c.m, c.a)),
  runningBelt: (c) => stroke("M28 92 Q100 66 172 92", c.d, 12) + rect(58, 78, 84, 46, 20, c.m) + stroke("M70 92 H130", c.a, 3.4) + rect(126, 88, 12, 8, 3, c.a) +
    stroke("M28 96 Q40 140 74 146 M172 96 Q160 140 126 146", c.d, 9) + rect(86, 138, 28, 16, 4, c.a),
  yogaMat: (c) => ground(160, 62) + turn(-24, 100, 104, rect(34, 84, 132, 46, 23, c.m) + rect(64, 84, 9, 46, 2, c.d) + rect(124, 84, 9, 46, 2, c.d) +
    oval(150, 107, 16, 23, c.d) + oval(150, 107, 10, 15, c.l) + oval(150, 107, 4, 7, c.d)),
  bands: (c) => [c.d, c.m, c.a, c.l, c.m].map((colour, i) => `<ellipse cx="${68 + i * 16}" cy="${108 - (i % 2) * 6}" rx="24" ry="50" fill="none" stroke="${colour}" stroke-width="9"/>`).join(""),
  flask: (c) => ground(172, 30) + rect(72, 62, 56, 110, 16, c.m) + path("M82 62 V50 H118 V62Z", c.d) + rect(78, 30, 44, 24, 8, c.a) + stroke("M88 30 Q100 14 112 30", c.a, 5) + rect(72, 110, 56, 26, 0, c.d) + shine(80, 72, 6, 86),
  tent: (c) => ground(160, 72) + path("M100 42 L172 158 H28Z", c.m) + path("M100 42 L130 158 H70Z", c.d) + path("M100 42 L112 158 H100Z", c.l) + stroke("M100 42 V30 M28 158 L14 168 M172 158 L186 168", c.d, 3) + path("M100 28 L118 34 L100 40Z", c.a),
};

function vestCut(fill) {
  return path("M76 40 Q78 60 64 72 V160 H136 V72 Q122 60 124 40 L114 40 Q114 68 100 68 Q86 68 86 40Z", fill);
}

function sockCut(fill, edge) {
  return path("M72 36 H110 V106 L138 134 Q150 150 134 162 Q122 170 108 160 L78 130 Q72 122 72 112Z", fill) + rect(70, 34, 42, 17, 4, edge) +
    path("M128 124 Q150 144 136 161 Q126 168 114 163 Q134 150 128 124Z", edge) + stroke("M76 64 H106 M76 74 H106", "rgba(255,255,255,.5)", 2.4);
}
