import {
  ball,
  block,
  body,
  box,
  label,
  laid,
  line,
  oval,
  round,
  shape,
  standing,
  turn,
  turned,
  type Motifs,
} from '../pen.ts'

export const beauty: Motifs = {
  lotionbottle: standing(
    130,
    (t) =>
      round(346, 150, 108, 110, 14, '#f4efe6') +
      turned(
        'M300 250 H500 Q520 262 520 300 V610 Q520 640 490 640 H310 Q280 640 280 610 V300 Q280 262 300 250Z',
        t.base,
      ) +
      label(316, 360, 168, 190, t),
  ),
  dropper: standing(
    120,
    (t) =>
      round(372, 110, 56, 100, 26, '#4a4442') +
      round(350, 200, 100, 80, 8, '#d8b98a') +
      turned(
        'M336 280 H464 Q520 300 520 370 V600 Q520 640 480 640 H320 Q280 640 280 600 V370 Q280 300 336 280Z',
        t.base,
      ) +
      box(280, 440, 240, 130, 0, CREAMY) +
      oval(400, 478, 16, 16, t.dark) +
      box(344, 512, 112, 9, 4, t.deep) +
      box(364, 534, 72, 7, 3, t.base) +
      box(302, 330, 14, 90, 7, '#ffffff88'),
  ),
  jar: standing(
    200,
    (t) =>
      turned('M216 420 H584 V600 Q584 640 540 640 H260 Q216 640 216 600Z', t.base) +
      round(204, 310, 392, 116, 22, '#f6f0e6') +
      box(204, 404, 392, 14, 4, t.dark) +
      label(306, 450, 188, 150, t),
  ),
  tube: standing(
    130,
    (t) =>
      turned('M264 150 H536 L500 560 H300Z', t.base) +
      box(260, 138, 280, 34, 4, t.light) +
      line(
        'M276 146 v18 M300 146 v18 M324 146 v18 M348 146 v18 M372 146 v18 M396 146 v18 M420 146 v18 M444 146 v18 M468 146 v18 M492 146 v18 M516 146 v18',
        t.dark,
        3,
      ) +
      round(310, 560, 180, 80, 14, '#f7f3ec') +
      label(326, 260, 148, 190, t),
  ),
  maskpack: laid(
    (t) =>
      block(190, 130, 420, 540, 14, t.base) +
      line('M190 176 H610 M190 632 H610', t.light, 5) +
      body('M400 240 Q520 250 512 390 Q500 520 400 560 Q300 520 288 390 Q280 250 400 240Z', CREAMY) +
      oval(350, 372, 30, 15, t.base) +
      oval(450, 372, 30, 15, t.base) +
      shape('M362 474 Q400 456 438 474 Q400 506 362 474Z', t.base) +
      line('M400 390 Q388 430 404 438', t.dark, 5) +
      box(330, 590, 140, 10, 5, t.deep),
  ),
  pump: standing(
    140,
    (t) =>
      box(388, 150, 24, 120, 0, '#d9d4cb') +
      body('M330 150 Q330 122 360 122 H440 Q462 122 462 150 V166 H330Z', '#f4efe6') +
      shape('M330 128 L252 140 L248 168 L270 168 L276 158 L336 160Z', '#e6dfd3') +
      round(344, 236, 112, 60, 8, '#f4efe6') +
      turned(
        'M300 290 H500 Q536 300 536 340 V606 Q536 640 500 640 H300 Q264 640 264 606 V340 Q264 300 300 290Z',
        t.base,
      ) +
      label(304, 372, 192, 200, t),
  ),
  lipstick: standing(
    110,
    (t) =>
      body('M352 330 V210 Q360 160 440 130 Q448 140 448 200 V330Z', t.base) +
      shape('M352 214 Q360 160 440 130 Q448 150 400 190 Q360 214 352 240Z', t.light) +
      round(336, 320, 128, 90, 6, '#dcb878') +
      round(312, 400, 176, 240, 12, '#33312f') +
      box(312, 430, 176, 8, 0, '#dcb878') +
      turn(0, 0, 0, round(540, 470, 120, 170, 12, '#33312f')),
  ),
  liptint: standing(
    110,
    (t) =>
      turned('M316 360 H484 V610 Q484 640 454 640 H346 Q316 640 316 610Z', t.base) +
      box(334, 380, 16, 220, 8, '#ffffff77') +
      round(332, 130, 136, 232, 14, CREAMY) +
      box(332, 344, 136, 12, 0, '#dcb878') +
      box(356, 470, 88, 8, 4, '#ffffffcc') +
      box(370, 494, 60, 6, 3, '#ffffffaa'),
  ),
  compact: standing(
    220,
    (t) =>
      ball(400, 330, 190, 190, '#f3ece1') +
      oval(400, 330, 164, 164, '#b9cdd8') +
      shape('M290 400 L450 190 L500 220 L330 450Z', '#ffffff66') +
      body('M206 560 Q206 490 400 490 Q594 490 594 560 V590 Q594 640 400 640 Q206 640 206 590Z', '#eadfce') +
      oval(400, 556, 176, 46, t.base) +
      oval(400, 552, 150, 36, t.light) +
      ball(470, 540, 66, 26, CREAMY),
  ),
  palette: laid(
    (t) =>
      block(150, 210, 500, 380, 24, '#3b3534') +
      box(166, 226, 468, 348, 14, '#4b4442') +
      [0, 1, 2]
        .map((r) =>
          [0, 1, 2]
            .map((c) =>
              block(
                190 + c * 145,
                248 + r * 104,
                130,
                92,
                10,
                r === 0
                  ? c === 1
                    ? t.pale
                    : t.light
                  : r === 1
                    ? c === 0
                      ? t.base
                      : c === 1
                        ? t.light
                        : '#e4c4a2'
                    : c === 0
                      ? t.dark
                      : c === 1
                        ? t.deep
                        : '#c98f7a',
              ),
            )
            .join(''),
        )
        .join(''),
  ),
  perfume: standing(
    150,
    (t) =>
      round(350, 140, 100, 110, 10, '#b98a5c') +
      round(368, 246, 64, 40, 4, '#dcb878') +
      block(250, 284, 300, 356, 26, '#eef1f2') +
      block(272, 370, 256, 248, 14, t.base) +
      box(272, 304, 22, 300, 10, '#ffffff88') +
      label(330, 410, 140, 130, t),
  ),
  pillbottle: standing(
    150,
    (t) =>
      round(280, 160, 240, 110, 16, '#f6f3ec') +
      line(
        'M300 176 v80 M330 176 v80 M360 176 v80 M390 176 v80 M420 176 v80 M450 176 v80 M480 176 v80 M504 176 v80',
        '#d9d4c8',
        5,
      ) +
      turned(
        'M290 270 H510 Q546 290 546 330 V606 Q546 640 510 640 H290 Q254 640 254 606 V330 Q254 290 290 270Z',
        t.base,
      ) +
      box(254, 370, 292, 210, 0, CREAMY) +
      box(254, 370, 292, 40, 0, t.dark) +
      oval(400, 452, 22, 22, t.base) +
      box(320, 494, 160, 12, 6, t.deep) +
      box(348, 522, 104, 9, 4, t.base),
  ),
  candle: standing(
    150,
    (t) =>
      line('M400 296 V250', '#4a4038', 6) +
      shape('M400 176 Q440 226 400 262 Q360 226 400 176Z', '#f6b755') +
      shape('M400 206 Q420 236 400 258 Q380 236 400 206Z', '#fff0c4') +
      turned('M260 300 H540 V606 Q540 640 506 640 H294 Q260 640 260 606Z', t.base) +
      oval(400, 302, 140, 26, t.pale) +
      label(320, 390, 160, 170, t),
  ),
  diffuser: standing(
    140,
    (t) =>
      line('M396 330 L320 110 M400 330 L400 96 M404 330 L480 116 M400 330 L360 100', '#a87b4e', 7) +
      round(356, 300, 88, 66, 6, '#dcb878') +
      turned(
        'M340 366 H460 Q540 400 540 500 V600 Q540 640 500 640 H300 Q260 640 260 600 V500 Q260 400 340 366Z',
        t.base,
      ) +
      label(326, 456, 148, 140, t),
  ),
  toothbrush: laid((t) =>
    [
      [-70, t.base],
      [70, t.accent === t.base ? t.dark : t.dark],
    ]
      .map(([x, c]) =>
        turn(
          Number(x) / 7,
          400,
          400,
          box(386 + Number(x), 250, 30, 420, 15, String(c)) +
            box(380 + Number(x), 130, 42, 130, 18, String(c)) +
            [0, 1, 2, 3, 4]
              .map((i) => box(386 + Number(x), 140 + i * 22, 64, 14, 4, i % 2 ? '#ffffff' : t.pale))
              .join(''),
        ),
      )
      .join(''),
  ),
}

const CREAMY = '#faf5ea'
