import {
  ball,
  block,
  body,
  box,
  CREAM,
  INK,
  label,
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

const steam = line('M340 190 q-20 -30 0 -60 M400 176 q-20 -30 0 -60 M460 190 q-20 -30 0 -60', '#ffffffaa', 11)

export const kitchen: Motifs = {
  pan: laid((t) =>
    turn(
      -38,
      400,
      400,
      block(374, 560, 52, 250, 26, WOOD) +
        box(380, 540, 40, 60, 6, STEEL) +
        ball(400, 350, 226, 226, t.dark) +
        oval(400, 350, 200, 200, t.base) +
        oval(400, 350, 176, 176, t.dark) +
        oval(400, 350, 172, 172, t.base) +
        shape('M270 270 Q330 190 430 200 Q330 230 290 310Z', '#ffffff33') +
        oval(400, 780, 10, 10, '#7b553a'),
    ),
  ),
  wok: standing(
    240,
    (t) =>
      box(590, 400, 170, 34, 17, WOOD) +
      turned('M150 400 H620 Q600 620 400 640 Q180 620 150 400Z', t.base) +
      oval(385, 400, 236, 60, t.light) +
      oval(385, 404, 212, 48, t.deep) +
      box(110, 392, 60, 30, 15, WOOD) +
      shape('M240 400 Q300 376 380 372 Q300 396 270 420Z', '#ffffff33'),
  ),
  saucepan: standing(
    200,
    (t) =>
      box(560, 420, 200, 34, 17, INK) +
      turned('M190 400 H580 V600 Q580 640 540 640 H230 Q190 640 190 600Z', t.base) +
      body('M180 400 Q190 320 385 316 Q580 320 590 400Z', t.light) +
      round(176, 388, 418, 28, 10, t.dark) +
      ball(385, 302, 28, 24, INK),
  ),
  pot: standing(
    230,
    (t) =>
      box(100, 430, 90, 40, 20, t.dark) +
      box(610, 430, 90, 40, 20, t.dark) +
      turned('M170 400 H630 V590 Q630 640 580 640 H220 Q170 640 170 590Z', t.base) +
      body('M160 400 Q180 300 400 296 Q620 300 640 400Z', t.light) +
      round(156, 386, 488, 30, 12, t.dark) +
      round(360, 252, 80, 46, 18, t.deep) +
      steam,
  ),
  knife: laid((t) =>
    turn(
      -35,
      400,
      400,
      body('M370 90 Q470 180 466 470 H370Z', t.base) +
        shape('M370 90 Q410 220 404 470 H370Z', '#ffffff66') +
        box(364, 466, 108, 22, 4, '#9aa0a7') +
        block(372, 486, 84, 250, 22, '#5b4030') +
        oval(414, 540, 9, 9, STEEL) +
        oval(414, 610, 9, 9, STEEL) +
        oval(414, 680, 9, 9, STEEL),
    ),
  ),
  board: standing(
    200,
    (t) =>
      block(206, 150, 388, 490, 40, t.base) +
      line(
        'M250 170 Q270 400 250 620 M330 160 Q310 400 340 630 M450 160 Q480 380 450 630 M540 170 Q520 400 546 620',
        t.dark,
        4,
      ) +
      oval(400, 206, 26, 26, t.deep) +
      line('M232 480 V590 Q232 612 254 612 H546 Q568 612 568 590 V480', t.dark, 7),
  ),
  utensils: standing(
    150,
    (t) =>
      box(322, 170, 20, 320, 10, WOOD) +
      box(392, 130, 20, 360, 10, WOOD) +
      box(462, 180, 20, 310, 10, WOOD) +
      body('M296 90 Q332 70 368 90 L360 210 Q332 224 304 210Z', t.base) +
      ball(402, 110, 44, 60, t.dark) +
      body('M440 110 h66 l-6 100 h-54Z', t.light) +
      line('M458 126 v66 M474 126 v66 M490 126 v66', t.dark, 6) +
      turned('M272 400 H528 L510 620 Q506 640 484 640 H316 Q294 640 290 620Z', CREAM) +
      line('M276 440 H524', t.base, 10),
  ),
  scissors: laid((t) =>
    turn(
      30,
      400,
      400,
      body('M384 110 Q420 260 424 440 L380 440Z', t.base) +
        body('M424 110 Q380 260 376 440 L420 440Z', t.dark) +
        oval(400, 430, 16, 16, '#6f757c') +
        `<ellipse cx="330" cy="590" rx="60" ry="84" fill="none" stroke="#c8443f" stroke-width="32"/><ellipse cx="470" cy="590" rx="60" ry="84" fill="none" stroke="#c8443f" stroke-width="32"/>` +
        line('M390 450 L356 520 M410 450 L444 520', '#c8443f', 34),
    ),
  ),
  plates: laid(
    (t) =>
      ball(400, 400, 270, 270, t.base) +
      oval(400, 400, 240, 240, t.light) +
      oval(400, 406, 186, 186, t.dark) +
      oval(400, 404, 182, 182, t.base) +
      shape('M240 320 Q290 240 390 226 Q300 270 270 360Z', '#ffffff66'),
  ),
  bowl: standing(
    220,
    (t) =>
      turned('M150 400 H650 Q640 590 490 618 H310 Q160 590 150 400Z', t.base) +
      round(310, 608, 180, 32, 8, t.dark) +
      oval(400, 400, 250, 66, t.light) +
      oval(400, 404, 226, 52, t.dark) +
      shape('M190 410 Q300 470 610 410 Q560 452 400 456 Q240 452 190 410Z', t.base) +
      line('M180 470 Q400 540 620 470', t.light, 8),
  ),
  mug: standing(
    180,
    (t) =>
      `<path d="M536 330 Q670 320 660 440 Q650 550 530 540" fill="none" stroke="${t.dark}" stroke-width="40"/>` +
      turned('M210 270 H550 V590 Q550 640 500 640 H260 Q210 640 210 590Z', t.base) +
      oval(380, 270, 170, 40, t.light) +
      oval(380, 274, 146, 29, '#6b4630') +
      box(240, 330, 18, 220, 9, '#ffffff55') +
      steam,
  ),
  glass: standing(
    120,
    (t) =>
      turned('M270 180 H530 L500 610 Q496 640 466 640 H334 Q304 640 300 610Z', t.pale) +
      turned('M282 320 H518 L500 600 Q496 626 466 626 H334 Q304 626 300 600Z', t.light) +
      oval(400, 320, 118, 22, t.base) +
      oval(400, 182, 130, 24, '#ffffffaa') +
      block(330, 350, 70, 66, 12, '#ffffff88') +
      block(410, 390, 66, 66, 12, '#ffffff77') +
      box(306, 220, 14, 330, 7, '#ffffffaa'),
  ),
  tumbler: standing(
    130,
    (t) =>
      round(288, 130, 224, 70, 18, t.dark) +
      round(440, 100, 50, 40, 10, t.deep) +
      turned('M276 196 H524 L500 600 Q496 640 460 640 H340 Q304 640 300 600Z', t.base) +
      box(278, 216, 244, 14, 0, STEEL) +
      box(312, 260, 16, 300, 8, '#ffffff55') +
      oval(400, 400, 30, 30, t.light),
  ),
  waterbottle: standing(
    110,
    (t) =>
      line('M360 130 Q400 70 440 130', t.dark, 18) +
      round(344, 124, 112, 84, 14, t.dark) +
      turned(
        'M356 204 H444 Q510 240 510 300 V600 Q510 640 470 640 H330 Q290 640 290 600 V300 Q290 240 356 204Z',
        t.base,
      ) +
      line('M470 340 h24 M456 390 h38 M470 440 h24 M456 490 h38 M470 540 h24', t.pale, 7) +
      box(310, 290, 16, 300, 8, '#ffffff66'),
  ),
  jug: standing(
    180,
    (t) =>
      round(320, 120, 110, 90, 12, t.dark) +
      `<path d="M500 260 Q630 250 620 380 Q614 470 560 480" fill="none" stroke="${t.base}" stroke-width="44"/>` +
      turned(
        'M300 200 H470 Q560 250 566 350 V600 Q566 640 526 640 H240 Q200 640 200 600 V340 Q206 240 300 200Z',
        t.base,
      ) +
      label(246, 350, 260, 230, t),
  ),
  spray: standing(
    120,
    (t) =>
      body('M300 130 H470 Q500 130 500 170 L470 220 H350 L330 190 H270 V140Z', INK) +
      box(246, 138, 34, 44, 6, '#c8443f') +
      shape('M350 214 L330 300 L352 306 L380 220Z', '#c8443f') +
      round(366, 210, 90, 60, 6, '#f4efe6') +
      turned(
        'M360 268 H462 Q520 330 520 420 V600 Q520 640 480 640 H340 Q300 640 300 600 V420 Q300 330 360 268Z',
        t.base,
      ) +
      label(326, 410, 168, 180, t),
  ),
  towels: standing(
    260,
    (t) =>
      [
        [560, t.dark],
        [470, t.base],
        [380, t.light],
      ]
        .map(
          ([y, c]) =>
            block(150, Number(y), 500, 84, 40, String(c)) +
            line(`M200 ${Number(y) + 42} H620`, t.dark, 4) +
            box(560, Number(y) + 8, 14, 68, 3, t.pale),
        )
        .join('') +
      `<g>${block(280, 296, 250, 88, 44, t.pale)}${oval(324, 340, 30, 34, t.base)}${oval(324, 340, 16, 19, t.pale)}</g>`,
  ),
  tissue: standing(240, (t) =>
    [
      [160, 440],
      [420, 440],
      [290, 240],
    ]
      .map(
        ([x, y]) =>
          turned(
            `M${x} ${y! + 40} V${y! + 180} Q${x! + 110} ${y! + 220} ${x! + 220} ${y! + 180} V${y! + 40}Z`,
            t.base,
          ) +
          oval(x! + 110, y! + 40, 110, 38, '#fbfaf7') +
          oval(x! + 110, y! + 40, 40, 14, '#b99a78') +
          oval(x! + 110, y! + 42, 28, 9, '#7a6048') +
          line(`M${x! + 20} ${y! + 110} q90 34 180 0`, '#ffffff', 4),
      )
      .join(''),
  ),
  tissuebox: standing(
    240,
    (t) =>
      body('M400 150 Q480 180 470 250 Q520 280 500 370 H300 Q290 280 340 260 Q320 180 400 150Z', '#fdfcf9') +
      line('M400 170 Q390 260 420 350 M350 270 Q370 310 360 360', '#e3ded4', 5) +
      block(170, 370, 460, 270, 16, t.base) +
      oval(400, 372, 120, 15, t.deep) +
      label(300, 430, 200, 160, t),
  ),
  basket: standing(
    230,
    (t) =>
      `<path d="M230 420 Q240 260 310 260 M570 420 Q560 260 490 260" fill="none" stroke="${t.dark}" stroke-width="26"/>` +
      body('M250 330 Q330 280 400 340 Q480 270 560 340 V420 H250Z', '#f4f0e6') +
      turned('M160 400 H640 L600 610 Q594 640 560 640 H240 Q206 640 200 610Z', t.base) +
      [440, 490, 540, 590]
        .map((y, r) =>
          Array.from({ length: 12 }, (_, i) => box(190 + i * 36 + (r % 2) * 14, y, 24, 16, 6, t.dark)).join(''),
        )
        .join('') +
      round(148, 386, 504, 36, 18, t.light),
  ),
  storagebox: standing(
    240,
    (t) =>
      block(170, 380, 460, 260, 18, t.base) +
      block(156, 320, 488, 76, 16, t.light) +
      box(330, 450, 140, 42, 21, t.dark) +
      box(346, 460, 108, 22, 11, t.deep) +
      line('M210 560 H590 M210 590 H590', t.dark, 5),
  ),
}
