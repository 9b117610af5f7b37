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
  WOOD,
  type Motifs,
} from '../pen.ts'

const face = (x: number, y: number) =>
  oval(x - 40, y, 10, 12, INK) +
  oval(x + 40, y, 10, 12, INK) +
  oval(x, y + 32, 20, 14, INK) +
  line(`M${x} ${y + 46} q-14 18 -28 8 M${x} ${y + 46} q14 18 28 8`, INK, 5)
const paw = (x: number, y: number, size: number, colour: string) =>
  oval(x, y + size * 0.5, size * 0.8, size * 0.62, colour) +
  [
    [-0.9, -0.1],
    [-0.34, -0.6],
    [0.34, -0.6],
    [0.9, -0.1],
  ]
    .map(([dx, dy]) => oval(x + dx! * size, y + dy! * size, size * 0.28, size * 0.36, colour))
    .join('')
const toy = (t: { base: string; light: string; dark: string; pale: string }, ears: string) =>
  ears +
  ball(400, 520, 130, 122, t.base) +
  oval(400, 540, 76, 82, t.pale) +
  ball(270, 520, 46, 70, t.dark) +
  ball(530, 520, 46, 70, t.dark) +
  ball(310, 606, 66, 44, t.light) +
  ball(490, 606, 66, 44, t.light) +
  ball(400, 330, 140, 126, t.base) +
  oval(400, 366, 64, 48, t.pale) +
  face(400, 320)

export const family: Motifs = {
  diaperpack: standing(
    230,
    (t) =>
      body('M190 260 Q400 236 610 260 L624 610 Q620 640 590 640 H210 Q180 640 176 610Z', t.base) +
      `<path d="M330 250 Q330 160 400 160 Q470 160 470 250" fill="none" stroke="${t.dark}" stroke-width="22"/>` +
      shape('M180 520 Q400 440 620 520 L624 610 Q620 640 590 640 H210 Q180 640 176 610Z', t.light) +
      ball(400, 400, 96, 90, '#fbe3cf') +
      oval(368, 394, 8, 9, INK) +
      oval(432, 394, 8, 9, INK) +
      line('M382 424 q18 16 36 0', INK, 6) +
      line('M400 312 q-20 -20 6 -32 q20 12 4 26', '#8a6246', 7) +
      box(300, 540, 200, 18, 9, '#fff') +
      box(340, 576, 120, 13, 6, t.pale),
  ),
  babybottle: standing(
    110,
    (t) =>
      body('M376 180 Q380 110 400 106 Q420 110 424 180Z', '#f0d9b8') +
      body('M330 230 Q340 180 400 176 Q460 180 470 230Z', '#f0d9b8') +
      round(312, 224, 176, 56, 14, t.base) +
      turned(
        'M322 280 H478 Q500 380 490 440 Q500 520 500 600 Q500 640 460 640 H340 Q300 640 300 600 Q300 520 310 440 Q300 380 322 280Z',
        '#eaf1f2',
      ) +
      turned('M308 420 H492 Q500 520 500 600 Q500 640 460 640 H340 Q300 640 300 600 Q300 500 308 420Z', '#fbf8f1') +
      line('M440 330 h36 M450 380 h26 M440 430 h40 M450 480 h30 M440 530 h46 M450 580 h38', t.dark, 6),
  ),
  blocks: standing(
    250,
    (t) =>
      block(180, 480, 160, 160, 14, t.base) +
      block(350, 480, 160, 160, 14, '#f0c95a') +
      block(520, 480, 120, 160, 14, '#7fae6a') +
      block(260, 320, 160, 160, 14, '#c9667a') +
      shape('M440 480 L520 330 L600 480Z', '#5f9ac0') +
      turned('M290 320 Q290 210 340 210 Q390 210 390 320Z', '#e58a4b') +
      oval(260, 560, 44, 44, t.light) +
      shape('M430 520 l40 70 h-80Z', '#fff6dc') +
      box(306, 366, 68, 68, 8, '#f6dfe2') +
      line('M560 530 h40 M560 560 h40 M560 590 h40', '#d7e8cf', 9),
  ),
  teddy: standing(180, (t) =>
    toy(
      t,
      ball(290, 230, 52, 52, t.base) +
        oval(290, 230, 28, 28, t.pale) +
        ball(510, 230, 52, 52, t.base) +
        oval(510, 230, 28, 28, t.pale),
    ),
  ),
  bunny: standing(180, (t) =>
    toy(
      t,
      turn(-10, 340, 200, ball(340, 170, 40, 120, t.base) + oval(340, 180, 20, 88, t.pale)) +
        turn(10, 460, 200, ball(460, 170, 40, 120, t.base) + oval(460, 180, 20, 88, t.pale)),
    ),
  ),
  puppy: standing(
    180,
    (t) =>
      toy(t, '') +
      turn(16, 270, 320, ball(270, 330, 44, 100, t.dark)) +
      turn(-16, 530, 320, ball(530, 330, 44, 100, t.dark)),
  ),
  puzzle: laid(
    (t) =>
      block(150, 190, 500, 420, 20, CREAM) +
      [
        [190, 230, t.base],
        [400, 230, '#f0c95a'],
        [190, 400, '#7fae6a'],
        [400, 400, '#c9667a'],
      ]
        .map(
          ([x, y, c], i) =>
            `<g transform="${i === 3 ? 'rotate(9 500 490) translate(34 26)' : ''}">` +
            block(Number(x), Number(y), 206, 166, 10, String(c)) +
            (i % 2 ? '' : ball(Number(x) + 212, Number(y) + 84, 30, 30, String(c))) +
            (i > 1 ? '' : ball(Number(x) + 104, Number(y) + 172, 30, 30, String(c))) +
            '</g>',
        )
        .join('') +
      paw(294, 296, 40, '#ffffffcc') +
      oval(510, 310, 40, 40, '#ffffffaa'),
  ),
  petfood: standing(
    210,
    (t) =>
      body('M220 170 H580 L600 610 Q596 640 566 640 H234 Q204 640 200 610Z', t.base) +
      shape('M220 170 H580 L583 230 H217Z', t.dark) +
      line('M226 200 H574', t.light, 5) +
      box(262, 280, 276, 270, 14, CREAM) +
      paw(400, 380, 62, t.base) +
      box(320, 474, 160, 15, 7, t.deep) +
      box(350, 504, 100, 11, 5, t.base) +
      at(
        [
          [150, 630],
          [196, 640],
          [636, 634],
          [590, 644],
          [676, 640],
        ],
        ball(0, -6, 24, 18, '#a9743f'),
      ),
  ),
  dogbone: standing(230, (t) =>
    [
      [-14, 0, t.dark],
      [12, -90, t.base],
    ]
      .map(([a, dy, c]) =>
        turn(
          Number(a),
          400,
          500 + Number(dy),
          `<g transform="translate(0 ${dy})">` +
            body(
              'M240 520 Q180 480 210 430 Q250 400 280 440 H520 Q550 400 590 430 Q620 480 560 520 Q620 560 590 610 Q550 640 520 600 H280 Q250 640 210 610 Q180 560 240 520Z',
              String(c),
            ) +
            line('M310 500 q20 -14 40 0 M420 540 q20 -14 40 0', t.pale, 7) +
            '</g>',
        ),
      )
      .join(''),
  ),
  cancat: standing(230, (t) =>
    [
      [210, 420],
      [420, 420],
      [315, 210],
    ]
      .map(
        ([x, y]) =>
          round(x!, y! + 20, 190, 200, 16, t.base) +
          oval(x! + 95, y! + 26, 95, 26, STEEL) +
          oval(x! + 95, y! + 24, 78, 18, '#e3e6e9') +
          line(`M${x! + 80} ${y! + 24} h34`, '#9aa0a7', 8) +
          box(x!, y! + 80, 190, 100, 0, CREAM) +
          paw(x! + 95, y! + 124, 26, t.dark),
      )
      .join(''),
  ),
  petbed: standing(
    290,
    (t) =>
      body('M120 500 Q130 360 400 350 Q670 360 680 500 V560 Q670 640 400 640 Q130 640 120 560Z', t.base) +
      oval(400, 470, 220, 86, t.deep) +
      oval(400, 486, 206, 74, t.pale) +
      body('M120 510 Q250 570 400 570 Q550 570 680 510 V560 Q670 640 400 640 Q130 640 120 560Z', t.light) +
      line('M140 560 Q400 640 660 560', t.dark, 6) +
      paw(400, 476, 34, t.base),
  ),
  harness: laid(
    (t) =>
      `<ellipse cx="400" cy="250" rx="130" ry="100" fill="none" stroke="${t.base}" stroke-width="46"/>` +
      body('M330 330 H470 L500 520 Q400 560 300 520Z', t.base) +
      `<path d="M300 480 Q180 520 210 620 Q400 700 590 620 Q620 520 500 480" fill="none" stroke="${t.dark}" stroke-width="40"/>` +
      paw(400, 430, 40, t.accent) +
      box(360, 620, 80, 60, 12, INK) +
      `<circle cx="400" cy="330" r="24" fill="none" stroke="${STEEL}" stroke-width="11"/>`,
  ),
  leash: laid(
    (t) =>
      line(
        'M250 620 Q140 420 300 330 Q480 250 540 400 Q580 540 430 540 Q300 530 330 420 Q380 280 600 200',
        t.base,
        24,
      ) +
      `<ellipse cx="270" cy="640" rx="84" ry="46" fill="none" stroke="${t.dark}" stroke-width="30" transform="rotate(30 270 640)"/>` +
      line('M600 200 l30 -14', STEEL, 26) +
      `<ellipse cx="662" cy="170" rx="34" ry="22" fill="none" stroke="#aeb3b9" stroke-width="13" transform="rotate(-24 662 170)"/>`,
  ),
  litterbag: standing(
    220,
    (t) =>
      body('M210 180 Q400 160 590 180 L612 600 Q608 640 570 640 H230 Q192 640 188 600Z', t.base) +
      shape('M210 180 Q400 160 590 180 L592 240 Q400 220 208 240Z', t.dark) +
      box(262, 290, 276, 260, 14, CREAM) +
      ball(400, 410, 70, 62, t.dark) +
      shape('M338 390 L342 320 L388 356Z M462 390 L458 320 L412 356Z', t.dark) +
      oval(376, 404, 8, 10, CREAM) +
      oval(424, 404, 8, 10, CREAM) +
      line('M310 420 h40 M450 420 h40', CREAM, 4) +
      box(320, 500, 160, 14, 7, t.deep),
  ),
  scratcher: standing(
    290,
    (t) =>
      body('M110 560 Q240 470 400 540 Q560 610 690 520 L690 600 Q560 660 400 620 Q240 580 110 640Z', t.base) +
      line('M130 580 Q250 500 400 564 Q560 630 676 550 M130 606 Q250 530 400 590 Q560 646 676 580', t.dark, 6) +
      ball(560, 440, 44, 44, '#c9667a') +
      line('M530 420 q30 20 60 0 M524 440 q36 24 72 0', '#e9a3b0', 5),
  ),
  cattower: standing(
    230,
    (t) =>
      block(180, 606, 440, 36, 10, t.dark) +
      round(270, 400, 46, 210, 4, '#d9bd92') +
      round(480, 240, 46, 370, 4, '#d9bd92') +
      Array.from({ length: 12 }, (_, i) =>
        line(`M272 ${416 + i * 16} h42 M482 ${256 + i * 28} h42`, '#b9976a', 4),
      ).join('') +
      block(190, 480, 210, 126, 20, t.base) +
      oval(294, 548, 44, 44, INK) +
      block(200, 380, 230, 30, 12, t.light) +
      block(400, 210, 220, 36, 18, t.light) +
      block(400, 400, 210, 28, 12, t.base) +
      line('M430 430 V480', WOOD, 4) +
      ball(430, 494, 18, 18, '#c9667a') +
      ball(510, 180, 60, 40, INK) +
      ball(556, 156, 32, 30, INK) +
      shape('M534 140 l4 -30 l20 20Z M560 134 l20 -22 l6 30Z', INK) +
      line('M452 190 q-40 0 -36 -50', INK, 13),
  ),
}
