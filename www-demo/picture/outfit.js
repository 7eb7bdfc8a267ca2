// Pictures of more to wear and to travel with, and of the dressing table.

import { disc, ground, oval, path, rect, stroke, turn } from "./draw.js";

export const outfit = {
  boot: (c) => ground(170, 56) + path("M70 32 H118 L120 110 Q160 116 166 142 V158 H66 Q62 100 70 32Z", c.m) + rect(62, 156, 106, 14, 6, c.d) + rect(68, 32, 52, 16, 6, c.l) + path("M104 60 H120 L120 96 H106Z", c.d),
  heel: (c) => ground(168, 66) + path("M34 74 Q60 66 78 92 Q110 136 164 140 Q176 150 168 158 H124 Q86 154 62 112 L58 164 H48 L44 110 Q34 92 34 74Z", c.m) + stroke("M44 84 Q66 58 92 96", c.d, 4) + disc(150, 146, 4, c.a),
  hat: (c) => ground(150, 78) + oval(100, 132, 82, 20, c.m) + path("M56 128 Q58 58 100 58 Q142 58 144 128 Q100 144 56 128Z", c.l) + path("M55 112 Q100 130 145 112 L144 128 Q100 144 56 128Z", c.a),
  cap: (c) => ground(150, 66) + path("M42 120 Q42 56 100 56 Q148 58 152 116 Q184 122 184 134 Q140 128 100 130 Q60 134 42 120Z", c.m) + path("M150 114 Q186 120 184 136 Q150 126 100 130 Q120 116 150 114Z", c.d) + stroke("M100 56 Q86 84 88 128", c.d, 3) + disc(98, 55, 5, c.a),
  sunglasses: (c) => stroke("M28 84 L18 76 M172 84 L182 76 M92 92 Q100 84 108 92", c.d, 7) + path("M28 82 H92 Q96 128 62 128 Q30 126 28 82Z", c.d) + path("M172 82 H108 Q104 128 138 128 Q170 126 172 82Z", c.d) + path("M40 90 H62 L46 112 Q40 104 40 90Z M120 90 H142 L126 112 Q120 104 120 90Z", "rgba(255,255,255,.3)"),
  gloves: (c) => ["M50 168 V104 Q30 92 34 76 Q40 68 52 82 L52 48 Q58 38 66 48 L68 40 Q76 32 82 42 L84 48 Q92 42 96 54 V168Z"].map((d) => path(d, c.m) + `<g transform="translate(206 10) scale(-1 1)">${path(d, c.l)}</g>`).join("") + rect(46, 146, 54, 22, 6, c.d) + rect(106, 156, 54, 22, 6, c.d),
  hairClip: (c) => [58, 79, 121, 142].map((x) => rect(x - 6, 78, 12, 68, 6, c.l)).join("") + [48, 69, 90, 110, 131, 152].map((x) => rect(x - 6, 84, 12, 70, 6, c.m)).join("") + path("M34 104 Q38 56 100 56 Q162 56 166 104 Q100 84 34 104Z", c.m) + rect(84, 40, 32, 26, 8, c.d) + disc(100, 53, 5, c.a),
  pyjamas: (c) => path("M62 34 L82 28 Q100 44 118 28 L138 34 L168 92 L146 104 L134 84 V112 H66 V84 L54 104 L32 92Z", c.m) + stroke("M100 46 V112", c.p, 2.6) + [62, 78, 94].map((y) => disc(106, y, 3, c.p)).join("") + path("M66 120 H134 L140 176 H110 L100 142 L90 176 H60Z", c.l) + [[76, 70], [122, 62], [84, 96], [78, 152], [122, 156]].map(([x, y]) => disc(x, y, 4, c.a)).join(""),
  briefs: (c) => path("M32 62 H168 V86 Q128 96 114 144 H86 Q72 96 32 86Z", c.m) + rect(30, 54, 140, 18, 8, c.d) + stroke("M86 140 Q72 98 36 88 M114 140 Q128 98 164 88", c.p, 2.6),
  bra: (c) => stroke("M48 36 L62 88 M152 36 L138 88", c.d, 6) + path("M24 112 Q40 84 66 84 Q92 90 100 112 Q108 90 134 84 Q160 84 176 112 L172 128 H132 Q112 148 100 126 Q88 148 68 128 H28Z", c.m) + path("M48 104 Q60 92 78 100 Q72 124 54 122Z M152 104 Q140 92 122 100 Q128 124 146 122Z", c.l) + disc(100, 120, 4, c.a),
  suitcase: (c) => ground(174, 48) + `<path d="M82 52 V22 H118 V52" fill="none" stroke="${c.d}" stroke-width="7"/>` + rect(56, 48, 88, 114, 16, c.m) + [76, 100, 124].map((x) => rect(x - 3, 60, 6, 90, 3, c.d)).join("") + disc(72, 166, 8, c.d) + disc(128, 166, 8, c.d) + rect(88, 44, 24, 8, 4, c.a),
  swimsuit: (c) => path("M72 28 Q76 62 100 66 Q124 62 128 28 H138 Q134 70 142 96 Q136 120 146 146 Q116 152 104 176 H96 Q84 152 54 146 Q64 120 58 96 Q66 70 62 28Z", c.m) + stroke("M60 100 Q100 116 140 100 M57 120 Q100 136 143 120", c.l, 5),
  compact: (c) => ground(168, 54) + disc(100, 82, 54, c.m) + disc(100, 82, 42, c.l) + stroke("M78 92 L108 58 M92 102 L122 68", "rgba(255,255,255,.7)", 5) + path("M46 128 H154 Q152 164 100 166 Q48 164 46 128Z", c.d) + oval(100, 128, 54, 14, c.m) + oval(100, 127, 42, 9, "#f0d3bb"),
  eyeshadow: (c) => ground(164, 64) + rect(36, 46, 128, 116, 12, c.d) + [c.m, c.l, c.a, c.p, c.a, c.m, c.l, c.m, c.p].map((f, i) => rect(46 + (i % 3) * 37, 55 + Math.floor(i / 3) * 35, 32, 29, 5, f)).join(""),
  makeupBrush: (c) => [[-16, 74, c.m], [0, 100, c.a], [16, 126, c.l]].map(([a, x, f]) => turn(a, x, 120, rect(x - 5, 92, 10, 84, 5, c.d) + rect(x - 7, 76, 14, 20, 3, c.l) + path(`M${x - 7} 78 Q${x - 20} 46 ${x} 28 Q${x + 20} 46 ${x + 7} 78Z`, f))).join(""),
  pads: (c) => ground(166, 56) + [138, 118, 98, 78].map((y, i) => oval(100, y + 8, 52, 18, c.l) + oval(100, y, 52, 18, i === 3 ? c.p : "#f7f3ee")).join("") + stroke("M70 78 q30 12 60 0", c.l, 3),
  sponge: (c) => ground(168, 56) + path("M74 52 Q112 84 106 124 Q100 160 70 160 Q38 158 36 122 Q38 84 74 52Z", c.a) + path("M134 84 Q164 110 160 136 Q154 162 132 162 Q110 160 108 136 Q108 110 134 84Z", c.m),
};
