import {
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

const screen = (x: number, y: number, w: number, h: number) =>
  box(x, y, w, h, 6, '#39506b') +
  shape(
    `M${x} ${y + h} V${y + h * 0.6} Q${x + w * 0.3} ${y + h * 0.35} ${x + w * 0.55} ${y + h * 0.65} T${x + w} ${y + h * 0.5} V${y + h}Z`,
    '#7fa6b8',
  ) +
  oval(x + w * 0.72, y + h * 0.3, h * 0.1, h * 0.1, '#f4d9a0')

export const digital: Motifs = {
  headphones: laid(
    (t) =>
      line('M212 470 Q190 170 400 166 Q610 170 588 470', t.dark, 40) +
      line('M236 330 Q262 206 400 204 Q538 206 564 330', t.light, 16) +
      block(166, 400, 116, 220, 56, t.base) +
      block(518, 400, 116, 220, 56, t.base) +
      block(256, 416, 56, 188, 28, t.deep) +
      block(488, 416, 56, 188, 28, t.deep) +
      box(188, 450, 12, 110, 6, t.light),
  ),
  earbuds: standing(
    200,
    (t) =>
      block(220, 420, 360, 220, 80, t.base) +
      line('M222 490 H578', t.dark, 6) +
      oval(400, 560, 10, 10, '#7fc08f') +
      [
        [-1, 310],
        [1, 490],
      ]
        .map(
          ([s, x]) =>
            body(
              `M${x} 180 q${s! * 70} -10 ${s! * 66} 60 q-6 60 ${-s! * 60} 54 l${-s! * 2} 96 h${-s! * 44} l0 -160 q4 -50 ${s! * 40} -50Z`,
              t.light,
            ) + oval(x! - s! * 24, 230, 30, 36, t.dark),
        )
        .join(''),
  ),
  speaker: standing(
    170,
    (t) =>
      block(236, 150, 328, 490, 60, t.base) +
      ball(400, 450, 118, 118, t.dark) +
      oval(400, 450, 90, 90, t.deep) +
      ball(400, 450, 40, 40, t.base) +
      ball(400, 250, 56, 56, t.dark) +
      oval(400, 250, 36, 36, t.deep) +
      oval(400, 250, 14, 14, t.base) +
      oval(400, 606, 7, 7, '#7fc08f'),
  ),
  keyboard: laid(
    (t) =>
      block(100, 270, 600, 270, 24, t.base) +
      [0, 1, 2, 3]
        .map((r) =>
          Array.from({ length: r === 3 ? 0 : 12 }, (_, i) =>
            block(
              122 + i * 47,
              292 + r * 56,
              40,
              44,
              8,
              (r === 0 && i === 0) || (r === 2 && i === 11) ? '#d9793b' : r === 1 && i > 9 ? t.dark : t.light,
            ),
          ).join(''),
        )
        .join('') +
      [
        [122, 64],
        [192, 64],
        [262, 250],
        [518, 64],
        [588, 90],
      ]
        .map(([x, w]) => block(x!, 460, w!, 44, 8, t.light))
        .join(''),
  ),
  mouse: laid(
    (t) =>
      body('M400 150 Q550 160 556 380 Q556 650 400 654 Q244 650 244 380 Q250 160 400 150Z', t.base) +
      line('M400 152 V370 M248 372 Q400 396 552 372', t.dark, 6) +
      block(378, 210, 44, 110, 22, t.deep) +
      line('M386 240 h28 M386 264 h28 M386 288 h28', t.base, 5) +
      shape('M300 480 Q320 590 390 620 Q300 610 280 500Z', '#ffffff33'),
  ),
  monitor: standing(
    180,
    (t) =>
      body('M350 540 H450 L470 620 H330Z', STEEL) +
      block(270, 614, 260, 26, 12, '#aeb3b9') +
      block(100, 150, 600, 400, 20, t.base) +
      screen(120, 170, 560, 344) +
      oval(400, 532, 6, 6, '#7fc08f'),
  ),
  phonecase: laid(
    (t) =>
      block(262, 110, 276, 580, 52, t.base) +
      box(280, 128, 240, 544, 40, t.light) +
      block(296, 146, 116, 130, 34, t.dark) +
      [
        [330, 182],
        [378, 182],
        [330, 240],
      ]
        .map(([x, y]) => oval(x!, y!, 22, 22, '#2a2c31') + oval(x!, y!, 11, 11, '#4c6076'))
        .join('') +
      oval(380, 240, 8, 8, '#fff3d0') +
      `<circle cx="400" cy="440" r="72" fill="none" stroke="${t.base}" stroke-width="16"/>` +
      box(392, 536, 16, 50, 8, t.base),
  ),
  charger: standing(
    150,
    (t) =>
      line('M470 600 Q640 620 620 440 Q600 330 680 300', t.dark, 14) +
      box(350, 170, 22, 90, 8, STEEL) +
      box(428, 170, 22, 90, 8, STEEL) +
      block(270, 250, 260, 390, 44, t.base) +
      box(372, 540, 56, 22, 11, t.deep) +
      box(372, 586, 56, 22, 11, t.deep) +
      shape('M410 330 L360 420 H396 L384 490 L442 392 H404Z', t.accent),
  ),
  powerbank: standing(
    140,
    (t) =>
      block(270, 150, 260, 490, 44, t.base) +
      box(290, 170, 220, 450, 32, t.light) +
      [0, 1, 2, 3].map((i) => oval(352 + i * 32, 230, 8, 8, i < 3 ? '#8fd0a0' : t.dark)).join('') +
      shape('M414 330 L350 440 H394 L380 530 L456 406 H410Z', t.dark),
  ),
  airfryer: standing(
    200,
    (t) =>
      turned('M220 260 Q220 160 400 156 Q580 160 580 260 V600 Q580 640 540 640 H260 Q220 640 220 600Z', t.base) +
      oval(400, 240, 90, 56, t.deep) +
      line('M370 240 h20 M400 226 v28 M420 240 h20', '#9fd6c3', 7) +
      block(250, 350, 300, 250, 20, t.dark) +
      block(370, 420, 60, 190, 20, INK) +
      box(280, 380, 240, 12, 6, t.light),
  ),
  kettle: standing(
    180,
    (t) =>
      `<path d="M520 270 Q660 260 640 420 Q630 520 560 540" fill="none" stroke="${INK}" stroke-width="34"/>` +
      line('M280 420 Q170 400 160 260', t.dark, 24) +
      turned('M300 240 H500 L570 600 Q570 620 550 620 H250 Q230 620 230 600Z', t.base) +
      body('M296 240 Q400 180 504 240Z', t.light) +
      ball(400, 196, 24, 20, INK) +
      round(220, 608, 360, 32, 12, INK),
  ),
  coffeemaker: standing(
    200,
    (t) =>
      block(210, 150, 380, 490, 28, t.base) +
      box(250, 330, 300, 230, 14, t.deep) +
      block(230, 170, 340, 130, 18, t.light) +
      oval(300, 234, 28, 28, t.dark) +
      box(360, 218, 170, 32, 8, '#39506b') +
      box(366, 300, 68, 40, 6, INK) +
      turned('M310 400 H490 L474 540 H326Z', '#e4e8ea') +
      turned('M318 460 H482 L474 540 H326Z', '#6b4630') +
      `<path d="M486 420 Q540 430 520 500" fill="none" stroke="#e4e8ea" stroke-width="14"/>` +
      round(230, 580, 340, 40, 10, t.dark),
  ),
  ricecooker: standing(
    220,
    (t) =>
      turned('M180 420 H620 V580 Q620 640 550 640 H250 Q180 640 180 580Z', t.base) +
      body('M180 424 Q180 250 400 246 Q620 250 620 424Z', t.light) +
      box(340, 246, 120, 30, 12, t.dark) +
      line('M180 424 H620', t.dark, 8) +
      box(300, 470, 200, 100, 16, INK) +
      box(320, 486, 100, 44, 6, '#9fd6c3') +
      oval(454, 508, 18, 18, '#d9793b') +
      box(330, 546, 140, 10, 5, '#6f757c'),
  ),
  fan: standing(
    150,
    (t) =>
      round(386, 480, 28, 140, 6, STEEL) +
      body('M270 640 Q270 600 400 598 Q530 600 530 640Z', t.base) +
      `<circle cx="400" cy="310" r="210" fill="${t.pale}" stroke="${t.base}" stroke-width="18"/>` +
      [0, 120, 240]
        .map((a) => turn(a, 400, 310, body('M400 310 Q340 180 430 140 Q520 180 400 310Z', t.light)))
        .join('') +
      Array.from({ length: 24 }, (_, i) => turn(i * 15, 400, 310, line('M400 268 V110', t.dark, 2))).join('') +
      `<circle cx="400" cy="310" r="130" fill="none" stroke="${t.dark}" stroke-width="2"/>` +
      ball(400, 310, 44, 44, t.base),
  ),
  humidifier: standing(
    170,
    (t) =>
      line('M400 210 q-40 -40 0 -80 t10 -70 M440 220 q40 -40 20 -90', '#ffffffcc', 16) +
      turned('M250 330 Q260 220 400 216 Q540 220 550 330 L580 590 Q580 640 520 640 H280 Q220 640 220 590Z', t.base) +
      oval(400, 226, 44, 14, t.dark) +
      line('M232 500 H568', t.dark, 5) +
      oval(400, 560, 24, 24, t.light) +
      box(280, 320, 16, 150, 8, '#ffffff55'),
  ),
  vacuum: standing(
    190,
    (t) =>
      box(388, 330, 26, 250, 8, STEEL) +
      block(300, 570, 240, 70, 24, t.dark) +
      box(320, 612, 200, 16, 8, INK) +
      turn(
        -8,
        400,
        300,
        block(356, 200, 90, 190, 30, t.base) +
          round(340, 130, 120, 120, 30, INK) +
          `<path d="M440 150 Q540 160 520 270 Q510 320 446 330" fill="none" stroke="${t.dark}" stroke-width="30"/>` +
          box(372, 260, 58, 90, 16, '#ffffff66') +
          oval(400, 160, 18, 18, t.light),
      ),
  ),
  robotvac: standing(
    260,
    (t) =>
      body('M140 540 V580 Q140 640 400 640 Q660 640 660 580 V540Z', t.dark) +
      ball(400, 530, 262, 110, t.base) +
      oval(400, 520, 180, 72, t.light) +
      oval(400, 510, 60, 26, t.dark) +
      oval(400, 500, 46, 18, t.base) +
      oval(400, 588, 24, 9, '#9fd6c3') +
      line('M160 610 l-50 26 M640 610 l50 26', CREAM, 8),
  ),
}
