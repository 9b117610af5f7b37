import {
  ball,
  block,
  body,
  box,
  INK,
  laid,
  line,
  oval,
  round,
  shape,
  standing,
  STEEL,
  turn,
  turned,
  WOOD,
  type Motifs,
} from '../pen.ts'

const leaf = (angle: number, length: number, colour: string) =>
  turn(
    angle,
    400,
    450,
    body(
      `M400 450 Q${400 - length * 0.36} ${450 - length * 0.6} 400 ${450 - length} Q${400 + length * 0.36} ${450 - length * 0.6} 400 450Z`,
      colour,
    ) + line(`M400 450 V${470 - length}`, '#ffffff55', 4),
  )
const pot = (colour: string) =>
  turned('M290 450 H510 L484 620 Q480 640 460 640 H340 Q320 640 316 620Z', colour) +
  round(276, 436, 248, 40, 10, colour)
const grain = (x: number, y: number, width: number, colour: string) =>
  line(`M${x} ${y} q${width / 4} -6 ${width / 2} 0 t${width / 2} 0`, colour, 3)

export const home: Motifs = {
  sofa: standing(
    310,
    (t) =>
      box(160, 600, 20, 42, 4, '#7b553a') +
      box(620, 600, 20, 42, 4, '#7b553a') +
      block(140, 330, 520, 190, 46, t.dark) +
      block(180, 320, 220, 180, 36, t.base) +
      block(400, 320, 220, 180, 36, t.base) +
      block(150, 470, 500, 134, 24, t.base) +
      line('M400 474 V560 M160 560 H640', t.dark, 5) +
      block(100, 400, 92, 206, 42, t.light) +
      block(608, 400, 92, 206, 42, t.light) +
      turn(14, 240, 430, block(206, 390, 96, 90, 18, t.accent)),
  ),
  table: standing(
    270,
    (t) =>
      body('M220 470 L190 640 H214 L254 470Z M580 470 L610 640 H586 L546 470Z', t.dark) +
      block(280, 440, 30, 150, 6, t.deep) +
      block(490, 440, 30, 150, 6, t.deep) +
      oval(400, 440, 290, 64, t.dark) +
      oval(400, 428, 290, 62, t.base) +
      grain(200, 420, 380, t.dark) +
      grain(240, 446, 320, t.dark) +
      turned('M370 330 H430 L440 420 H360Z', '#f4efe6') +
      line('M396 330 Q380 270 350 240 M402 330 Q410 260 446 220', '#6d9a4b', 8) +
      shape(
        'M350 240 q-40 -10 -36 -50 q40 4 36 50Z M446 220 q40 -16 30 -56 q-40 10 -30 56Z M400 280 q-30 -40 4 -70 q30 40 -4 70Z',
        '#7fae6a',
      ),
  ),
  bed: standing(
    330,
    (t) =>
      block(90, 250, 620, 260, 20, t.base) +
      grain(120, 300, 560, t.dark) +
      grain(120, 340, 560, t.dark) +
      block(120, 400, 560, 170, 34, '#f7f3ea') +
      block(160, 370, 200, 90, 40, '#ffffff') +
      block(440, 370, 200, 90, 40, '#ffffff') +
      body('M110 470 Q400 440 690 470 V580 H110Z', '#b9c3b4') +
      line('M140 480 Q400 456 660 480', '#9dab98', 6) +
      block(90, 560, 620, 56, 12, t.dark) +
      box(120, 610, 30, 32, 4, t.deep) +
      box(650, 610, 30, 32, 4, t.deep),
  ),
  bedding: standing(
    280,
    (t) =>
      block(140, 540, 520, 98, 44, t.dark) +
      block(150, 450, 500, 98, 44, t.base) +
      block(150, 360, 500, 98, 44, t.light) +
      line('M200 410 H600 M200 500 H600 M200 590 H600', t.dark, 4) +
      turn(
        -4,
        400,
        300,
        block(210, 240, 380, 126, 54, t.pale) + line('M240 260 Q260 300 240 346 M560 260 Q540 300 560 346', t.base, 5),
      ),
  ),
  desk: standing(
    310,
    (t) =>
      box(130, 420, 26, 222, 4, t.dark) +
      box(644, 420, 26, 222, 4, t.dark) +
      block(480, 420, 190, 170, 6, t.base) +
      line('M480 476 H670 M480 532 H670', t.dark, 5) +
      box(556, 444, 40, 10, 5, t.deep) +
      box(556, 500, 40, 10, 5, t.deep) +
      box(556, 556, 40, 10, 5, t.deep) +
      block(100, 390, 600, 36, 8, t.light) +
      grain(120, 408, 560, t.dark) +
      block(200, 230, 210, 130, 10, INK) +
      box(210, 240, 190, 106, 4, '#7fa6b8') +
      box(290, 358, 30, 26, 0, STEEL) +
      box(256, 380, 98, 12, 6, STEEL) +
      turned('M560 320 h60 l-6 72 h-48Z', '#c47a58') +
      shape('M590 320 q-50 -60 -20 -110 q20 50 20 110 q0 -80 40 -100 q20 60 -40 100Z', '#6d9a4b'),
  ),
  officechair: standing(
    190,
    (t) =>
      line('M400 560 L250 626 M400 560 L550 626 M400 560 V630', INK, 20) +
      [250, 400, 550].map((x) => oval(x, 632, 20, 16, '#24262b')).join('') +
      box(386, 500, 28, 80, 6, STEEL) +
      block(270, 130, 260, 300, 60, t.base) +
      line('M300 220 H500 M296 270 H504 M296 320 H504 M300 370 H500', t.dark, 4) +
      block(230, 440, 340, 80, 38, t.light) +
      line('M236 360 Q190 360 196 430 M564 360 Q610 360 604 430', INK, 22),
  ),
  chair: standing(
    180,
    (t) =>
      line('M270 500 L244 640 M530 500 L556 640 M310 500 L304 620 M490 500 L496 620', WOOD, 22) +
      body('M250 160 Q400 130 550 160 L536 400 Q400 430 264 400Z', t.base) +
      line('M290 410 V480 M510 410 V480', WOOD, 20) +
      block(226, 456, 348, 64, 30, t.dark),
  ),
  shelf: standing(
    230,
    (t) =>
      block(190, 120, 420, 520, 8, t.base) +
      [144, 310, 476].map((y) => box(214, y, 372, 142, 4, t.deep)).join('') +
      [
        ['#c47a58', 236, 170],
        ['#e0d3b8', 266, 186],
        ['#5f82ad', 296, 160],
        ['#a9b79c', 326, 176],
      ]
        .map(([c, x, y]) => box(Number(x), Number(y), 26, 286 - Number(y), 3, String(c)))
        .join('') +
      ball(500, 244, 40, 42, '#f0e6d6') +
      [
        ['#7d3040', 400, 336],
        ['#d1a03a', 430, 350],
        ['#4c6b57', 460, 330],
        ['#e8ddc8', 490, 344],
        ['#2c3e63', 520, 336],
      ]
        .map(([c, x, y]) => box(Number(x), Number(y), 26, 452 - Number(y), 3, String(c)))
        .join('') +
      turned('M250 400 h70 l-8 52 h-54Z', '#c47a58') +
      shape('M285 400 q-50 -40 -30 -76 q30 20 30 76 q0 -60 36 -70 q14 50 -36 70Z', '#7fae6a') +
      block(240, 530, 130, 88, 10, '#c9b08a') +
      block(420, 550, 140, 68, 10, '#9aa89a'),
  ),
  lamp: standing(
    140,
    (t) =>
      oval(400, 400, 250, 170, '#fff2c455') +
      round(388, 360, 24, 240, 6, '#c9a062') +
      body('M290 640 Q290 596 400 594 Q510 596 510 640Z', '#b98d52') +
      turned('M320 160 H480 L570 380 H230Z', t.base) +
      oval(400, 382, 170, 22, '#fff0c0') +
      line('M480 384 V450', '#b98d52', 4) +
      oval(480, 456, 7, 9, '#b98d52'),
  ),
  floorlamp: standing(
    120,
    (t) =>
      oval(400, 260, 240, 150, '#fff2c455') +
      round(392, 240, 16, 380, 4, INK) +
      body('M310 640 Q310 612 400 610 Q490 612 490 640Z', INK) +
      turned('M340 90 H460 L520 250 H280Z', t.base) +
      oval(400, 252, 120, 16, '#fff0c0'),
  ),
  pendant: laid(
    (t) =>
      line('M400 0 V230', INK, 7) +
      oval(400, 520, 240, 110, '#fff2c455') +
      round(376, 216, 48, 44, 8, '#c9a062') +
      turned('M376 256 H424 Q590 300 600 470 H200 Q210 300 376 256Z', t.base) +
      oval(400, 470, 200, 28, t.deep) +
      ball(400, 484, 56, 52, '#fff0c0'),
  ),
  rug: laid(
    (t) =>
      Array.from({ length: 25 }, (_, i) =>
        line(`M${168 + i * 19.3} 120 v30 M${168 + i * 19.3} 650 v30`, t.pale, 6),
      ).join('') +
      block(160, 140, 480, 520, 6, t.base) +
      `<rect x="190" y="170" width="420" height="460" fill="none" stroke="${t.pale}" stroke-width="10"/><rect x="214" y="194" width="372" height="412" fill="none" stroke="${t.dark}" stroke-width="5"/>` +
      [270, 400, 530]
        .map(
          (y) =>
            shape(`M400 ${y - 60} L470 ${y} L400 ${y + 60} L330 ${y}Z`, t.light) +
            shape(`M400 ${y - 30} L434 ${y} L400 ${y + 30} L366 ${y}Z`, t.dark) +
            shape(
              `M262 ${y - 30} L290 ${y} L262 ${y + 30} L234 ${y}Z M538 ${y - 30} L566 ${y} L538 ${y + 30} L510 ${y}Z`,
              t.pale,
            ),
        )
        .join(''),
  ),
  curtain: laid(
    (t) =>
      box(220, 160, 360, 470, 6, '#dfeaf2') +
      line('M400 160 V630 M220 390 H580', '#ffffff', 12) +
      round(100, 110, 600, 20, 10, WOOD) +
      ball(96, 120, 20, 20, WOOD) +
      ball(704, 120, 20, 20, WOOD) +
      body('M130 126 H340 Q330 400 250 470 Q280 560 270 680 H130Z', t.base) +
      body('M670 126 H460 Q470 400 550 470 Q520 560 530 680 H670Z', t.base) +
      line(
        'M180 134 Q184 400 170 670 M236 134 Q240 380 210 470 Q226 560 216 670 M292 134 Q290 340 236 460 M620 134 Q616 400 630 670 M564 134 Q560 380 590 470 Q574 560 584 670 M508 134 Q510 340 564 460',
        t.dark,
        5,
      ) +
      line('M136 480 Q200 500 256 470 M664 480 Q600 500 544 470', t.deep, 16),
  ),
  cushion: standing(
    240,
    (t) =>
      body('M160 220 Q400 260 640 220 Q606 420 640 630 Q400 600 160 630 Q194 420 160 220Z', t.base) +
      line('M190 250 Q400 284 610 250 Q580 420 610 600 Q400 574 190 600 Q220 420 190 250Z', t.light, 6) +
      line(
        'M280 330 q40 30 80 0 t80 0 t80 0 M280 420 q40 30 80 0 t80 0 t80 0 M280 510 q40 30 80 0 t80 0 t80 0',
        t.dark,
        7,
      ),
  ),
  clock: laid(
    (t) =>
      ball(400, 400, 250, 250, t.base) +
      oval(400, 400, 216, 216, '#fbf8f1') +
      Array.from({ length: 12 }, (_, i) => turn(i * 30, 400, 400, box(395, 204, 10, i % 3 ? 22 : 42, 4, INK))).join(
        '',
      ) +
      line('M400 400 L400 258', INK, 12) +
      line('M400 400 L490 450', INK, 14) +
      line('M400 440 L400 300', '#c8643f', 4) +
      oval(400, 400, 16, 16, '#c8643f'),
  ),
  alarm: standing(
    170,
    (t) =>
      line('M290 580 L260 640 M510 580 L540 640', t.dark, 24) +
      ball(290, 220, 70, 56, t.dark) +
      ball(510, 220, 70, 56, t.dark) +
      box(388, 150, 24, 60, 8, t.deep) +
      ball(400, 410, 210, 210, t.base) +
      oval(400, 410, 176, 176, '#fbf8f1') +
      Array.from({ length: 12 }, (_, i) => turn(i * 30, 400, 410, box(396, 248, 8, i % 3 ? 16 : 32, 3, INK))).join('') +
      line('M400 410 V300 M400 410 L480 390', INK, 12) +
      oval(400, 410, 13, 13, '#c8643f'),
  ),
  frame: laid(
    (t) =>
      block(190, 130, 420, 540, 8, t.base) +
      box(222, 162, 356, 476, 2, '#fbf8f1') +
      box(272, 222, 256, 356, 0, '#e6ddcd') +
      shape('M272 578 V470 Q340 380 400 450 Q460 520 528 430 V578Z', '#8fa58c') +
      shape('M272 578 V530 Q360 470 420 530 Q480 560 528 520 V578Z', '#c47a58') +
      oval(450, 320, 44, 44, '#e9a867'),
  ),
  plant: standing(
    130,
    (t) =>
      leaf(-62, 260, '#4f8a5b') +
      leaf(62, 260, '#4f8a5b') +
      leaf(-32, 330, '#5f9a66') +
      leaf(34, 320, '#5f9a66') +
      leaf(2, 360, '#73ad77') +
      pot(t.base),
  ),
  succulent: standing(
    130,
    (t) =>
      [-70, 70, -48, 48, -24, 24, 0].map((a, i) => leaf(a, 170 + i * 12, i % 2 ? '#8fb894' : '#7aa985')).join('') +
      pot(t.base) +
      line('M300 520 q50 20 100 0 t100 0', t.light, 8),
  ),
}
