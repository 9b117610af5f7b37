import {
  at,
  ball,
  block,
  body,
  box,
  CREAM,
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
  type Motifs,
} from '../pen.ts'

export const reading: Motifs = {
  book: standing(
    190,
    (t) =>
      body('M230 150 H560 Q580 150 580 170 V620 Q580 640 560 640 H230Z', t.base) +
      shape('M230 150 Q206 150 206 176 V614 Q206 640 230 640Z', t.deep) +
      box(576, 164, 18, 462, 4, '#f4efe2') +
      box(252, 150, 6, 490, 0, t.dark) +
      box(300, 214, 240, 150, 4, t.pale) +
      box(330, 250, 180, 16, 8, t.deep) +
      box(360, 288, 120, 12, 6, t.base) +
      oval(420, 490, 74, 74, t.light) +
      shape('M346 490 Q384 440 420 490 T494 490 Q494 564 420 564 Q346 564 346 490Z', t.dark),
  ),
  cookbook: standing(
    200,
    (t) =>
      body('M220 140 H580 V640 H220Z', CREAM) +
      shape('M220 140 Q196 140 196 166 V614 Q196 640 220 640Z', t.dark) +
      box(220, 140, 360, 130, 0, t.base) +
      box(270, 176, 260, 18, 9, CREAM) +
      box(310, 214, 180, 13, 6, t.pale) +
      ball(400, 440, 130, 130, t.light) +
      oval(400, 440, 96, 96, CREAM) +
      shape('M340 440 Q400 360 460 440 Q440 500 400 500 Q360 500 340 440Z', t.base) +
      shape('M400 400 q10 -40 50 -40 q0 40 -50 40Z', '#6d9a4b'),
  ),
  picturebook: standing(
    230,
    (t) =>
      body('M170 210 H630 V640 H170Z', t.base) +
      shape('M170 210 Q148 210 148 234 V616 Q148 640 170 640Z', t.dark) +
      oval(520, 320, 52, 52, '#fff3c4') +
      shape('M170 640 V520 Q280 420 400 520 T630 500 V640Z', '#7fae6a') +
      shape('M170 640 V580 Q330 500 470 580 T630 570 V640Z', '#5f9a66') +
      oval(350, 500, 74, 66, '#fdfaf2') +
      oval(300, 450, 34, 60, '#fdfaf2') +
      oval(390, 446, 30, 58, '#fdfaf2') +
      oval(330, 490, 8, 9, INK) +
      oval(372, 490, 8, 9, INK) +
      line('M342 514 q10 10 20 0', INK, 5) +
      box(230, 250, 220, 26, 13, CREAM),
  ),
  notebook: standing(
    190,
    (t) =>
      block(220, 150, 360, 490, 16, t.base) +
      box(568, 164, 20, 462, 6, CREAM) +
      box(520, 150, 16, 490, 0, t.dark) +
      Array.from(
        { length: 11 },
        (_, i) => line(`M204 ${180 + i * 43} h44`, STEEL, 9) + oval(250, 180 + i * 43, 7, 7, t.deep),
      ).join('') +
      box(310, 240, 160, 90, 6, t.pale) +
      line('M336 276 h108 M336 300 h70', t.deep, 6),
  ),
  pens: laid((t) =>
    [
      [-26, t.base],
      [-8, '#c8443f'],
      [10, '#4c8b63'],
      [28, '#2f3136'],
    ]
      .map(([a, c], i) =>
        turn(
          Number(a),
          400,
          900,
          round(380, 210, 40, 380, 8, i === 0 ? t.base : String(c)) +
            shape('M380 590 H420 L404 660 H396Z', '#d9d4c8') +
            box(397, 650, 6, 24, 2, '#555a60') +
            box(380, 180, 40, 60, 10, '#f4efe6') +
            box(412, 190, 10, 120, 4, STEEL),
        ),
      )
      .join(''),
  ),
  pencilcase: standing(
    260,
    (t) =>
      [
        [280, '#e0b04a'],
        [340, '#5f82ad'],
        [400, '#c8643f'],
        [460, '#6d9a4b'],
      ]
        .map(([x, c]) => box(Number(x), 250, 30, 200, 4, String(c)) + shape(`M${x} 252 h30 l-15 -50Z`, '#f0d9b0'))
        .join('') +
      body('M150 400 Q400 370 650 400 L666 590 Q660 640 600 640 H200 Q140 640 134 590Z', t.base) +
      line('M150 420 Q400 392 650 420', t.deep, 9) +
      box(600, 414, 18, 60, 8, '#d8b25e') +
      box(300, 500, 200, 70, 8, t.light),
  ),
  folder: standing(
    220,
    (t) =>
      box(250, 200, 330, 420, 6, CREAM) +
      box(236, 220, 330, 420, 6, '#fffdf7') +
      line('M270 270 h220 M270 310 h180', '#c9c2b2', 8) +
      body('M180 300 H330 L360 340 H620 L600 640 H200Z', t.base) +
      box(330, 460, 160, 60, 6, t.pale),
  ),
  penstand: standing(
    160,
    (t) =>
      line('M340 420 L300 170 M400 420 V150 M460 420 L510 180', '#b0793f', 22) +
      shape('M290 176 L310 170 L294 130Z M390 150 h22 l-10 -44Z M500 186 l20 -8 l4 -44Z', '#f0d9b0') +
      line('M430 420 L440 230', '#4c6b8a', 20) +
      turned('M270 380 H530 V600 Q530 640 490 640 H310 Q270 640 270 600Z', t.base) +
      line('M270 430 H530', t.dark, 8),
  ),
  bookend: standing(
    270,
    (t) =>
      [
        ['#c47a58', 230, 300],
        ['#e8ddc8', 280, 270],
        ['#4c6b57', 330, 310],
        ['#2c3e63', 380, 280],
        ['#d1a03a', 430, 300],
        ['#a9b79c', 480, 290],
      ]
        .map(([c, x, y]) => block(Number(x), Number(y), 46, 640 - Number(y), 4, String(c)))
        .join('') +
      body('M140 300 h40 q20 0 20 20 v280 h30 v40 h-110 v-320 q0 -20 20 -20Z', t.base) +
      body('M640 300 h-40 q-20 0 -20 20 v280 h-50 v40 h130 v-320 q0 -20 -20 -20Z', t.base),
  ),
  paints: laid(
    () =>
      block(150, 250, 500, 320, 24, '#f7f4ee') +
      ['#c8443f', '#e58a4b', '#f0c95a', '#6d9a4b', '#4fa39a', '#3f6fb5', '#7a5fa3', '#c9667a', '#8a6246', '#2f3136']
        .map(
          (c, i) =>
            block(180 + (i % 5) * 90, 282 + Math.floor(i / 5) * 110, 76, 92, 14, c) +
            oval(206 + (i % 5) * 90, 310 + Math.floor(i / 5) * 110, 14, 9, '#ffffff55'),
        )
        .join('') +
      box(180, 512, 440, 34, 12, '#e5dfd2') +
      turn(
        -50,
        560,
        200,
        box(548, 60, 22, 250, 10, '#9a6b42') +
          box(546, 290, 26, 40, 3, STEEL) +
          shape('M546 330 h26 q6 50 -13 76 q-19 -26 -13 -76Z', '#3f6fb5'),
      ),
  ),
  colourpencils: standing(
    230,
    (t) =>
      ['#c8443f', '#e58a4b', '#f0c95a', '#6d9a4b', '#4fa39a', '#3f6fb5', '#7a5fa3', '#c9667a']
        .map(
          (c, i) =>
            box(196 + i * 52, 240 - (i % 2) * 20, 44, 240, 4, c) +
            shape(`M${196 + i * 52} ${242 - (i % 2) * 20} h44 l-22 -74Z`, '#f0d9b0') +
            shape(`M${210 + i * 52} ${196 - (i % 2) * 20} h16 l-8 -28Z`, c),
        )
        .join('') +
      block(176, 400, 448, 240, 12, t.base) +
      box(280, 460, 240, 110, 8, t.pale) +
      box(320, 496, 160, 14, 7, t.deep) +
      box(350, 526, 100, 10, 5, t.base),
  ),
  onesie: laid(
    (t) =>
      body(
        'M310 170 Q400 230 490 170 L560 200 L650 310 L584 368 L548 334 L552 500 Q540 600 470 640 L430 660 Q400 600 370 660 L330 640 Q260 600 248 500 L252 334 L216 368 L150 310 L240 200Z',
        t.base,
      ) +
      line('M310 170 Q400 230 490 170', t.dark, 15) +
      line('M330 640 Q350 570 400 570 Q450 570 470 640', t.dark, 10) +
      at(
        [
          [372, 600],
          [400, 592],
          [428, 600],
        ],
        oval(0, 0, 7, 7, '#fff'),
      ) +
      oval(400, 400, 60, 54, t.accent) +
      oval(356, 352, 22, 22, t.accent) +
      oval(444, 352, 22, 22, t.accent) +
      oval(382, 394, 6, 7, INK) +
      oval(418, 394, 6, 7, INK) +
      oval(400, 416, 12, 9, t.deep),
  ),
  kidset: laid(
    (t) =>
      body(
        'M312 130 Q400 180 488 130 L546 156 L620 250 L566 300 L534 270 V420 H266 V270 L234 300 L180 250 L254 156Z',
        t.base,
      ) +
      line('M312 130 Q400 180 488 130', t.dark, 13) +
      [220, 270, 320, 370].map((y) => line(`M276 ${y} H524`, t.light, 12)).join('') +
      body('M284 450 H516 L536 680 H432 L402 560 L368 680 H264Z', t.dark) +
      box(282, 446, 236, 30, 6, t.deep),
  ),
}
