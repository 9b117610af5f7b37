import type { Tones } from '../colour.ts'
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

/** Crossed strings in an oval frame, leaning. */
const strung = (t: Tones): string =>
  turn(
    38,
    400,
    400,
    block(380, 520, 40, 210, 14, INK) +
      box(386, 440, 28, 100, 6, t.dark) +
      oval(400, 290, 140, 180, '#ffffff66') +
      [-90, -60, -30, 0, 30, 60, 90]
        .map((x) =>
          line(
            `M${400 + x} ${290 - Math.sqrt(1 - (x / 140) ** 2) * 176} V${290 + Math.sqrt(1 - (x / 140) ** 2) * 176}`,
            '#f8f6f0',
            3,
          ),
        )
        .join('') +
      [-120, -80, -40, 0, 40, 80, 120]
        .map((y) =>
          line(
            `M${400 - Math.sqrt(1 - (y / 180) ** 2) * 136} ${290 + y} H${400 + Math.sqrt(1 - (y / 180) ** 2) * 136}`,
            '#f8f6f0',
            3,
          ),
        )
        .join('') +
      `<ellipse cx="400" cy="290" rx="140" ry="180" fill="none" stroke="${t.base}" stroke-width="24"/><ellipse cx="400" cy="290" rx="146" ry="186" fill="none" stroke="${t.light}" stroke-width="5"/>`,
  )

export const leisure: Motifs = {
  yogamat: standing(
    290,
    (t) =>
      body('M300 560 H680 Q700 600 660 640 H250Z', t.light) +
      line('M320 584 H650', t.base, 5) +
      round(150, 440, 420, 200, 100, t.base) +
      ball(190, 540, 74, 100, t.dark) +
      `<circle cx="190" cy="540" r="54" fill="none" stroke="${t.light}" stroke-width="9"/><circle cx="190" cy="540" r="28" fill="none" stroke="${t.light}" stroke-width="9"/>` +
      box(330, 440, 26, 200, 4, t.deep) +
      box(470, 440, 26, 200, 4, t.deep),
  ),
  roller: standing(
    280,
    (t) =>
      round(150, 420, 480, 220, 100, t.base) +
      [0, 1, 2, 3, 4]
        .map((i) => [0, 1, 2].map((j) => block(270 + i * 68, 440 + j * 66, 52, 46, 14, t.light)).join(''))
        .join('') +
      ball(206, 530, 76, 110, t.dark) +
      oval(206, 530, 46, 68, t.deep),
  ),
  yogablock: standing(
    240,
    (t) =>
      block(190, 450, 420, 190, 18, t.base) +
      turn(
        -6,
        400,
        340,
        block(230, 260, 360, 180, 18, t.light) + line('M260 300 q30 -20 60 0 t60 0 t60 0 t60 0 t40 0', t.base, 6),
      ),
  ),
  dumbbell: standing(
    280,
    (t) =>
      round(280, 500, 240, 52, 20, STEEL) +
      line(
        'M330 506 l-10 40 M360 506 l-10 40 M390 506 l-10 40 M420 506 l-10 40 M450 506 l-10 40 M480 506 l-10 40',
        '#9aa0a7',
        5,
      ) +
      [130, 520]
        .map(
          (x) =>
            body(`M${x + 30} 410 H${x + 120} L${x + 150} 470 V580 L${x + 120} 640 H${x + 30} L${x} 580 V470Z`, t.base) +
            line(`M${x + 46} 450 H${x + 104} V600 H${x + 46}Z`, t.light, 7),
        )
        .join(''),
  ),
  kettlebell: standing(
    180,
    (t) =>
      `<path d="M310 400 Q270 210 400 206 Q530 210 490 400" fill="none" stroke="${INK}" stroke-width="50"/>` +
      ball(400, 490, 176, 150, t.base) +
      oval(400, 500, 78, 78, t.light) +
      oval(400, 500, 58, 58, t.dark) +
      box(300, 622, 200, 20, 8, t.deep),
  ),
  tent: standing(
    320,
    (t) =>
      shape('M400 180 L720 640 H80Z', t.dark) +
      body('M400 180 L720 640 H420Z', t.base) +
      body('M400 180 L420 640 H80Z', t.light) +
      shape('M400 300 L490 640 H300Z', '#4a4038') +
      body('M400 300 L300 640 H236 Q340 480 400 300Z', t.pale) +
      body('M400 300 L490 640 H550 Q450 480 400 300Z', t.pale) +
      line('M400 180 L400 150 M120 600 L60 650 M680 600 L740 650', t.deep, 7) +
      line('M220 480 h40 M540 480 h40', t.pale, 7),
  ),
  campchair: standing(
    220,
    (t) =>
      line('M240 620 L520 380 M560 620 L280 380 M250 640 L236 300 M550 640 L564 300', '#6a5a48', 18) +
      body('M256 180 Q400 210 544 180 L536 420 Q400 450 264 420Z', t.base) +
      body('M230 430 Q400 470 570 430 L590 500 Q400 550 210 500Z', t.dark) +
      block(190, 380, 130, 34, 16, WOOD) +
      block(480, 380, 130, 34, 16, WOOD) +
      line('M290 230 Q400 254 510 230', t.light, 6),
  ),
  camptable: standing(
    280,
    (t) =>
      line('M240 440 L520 640 M560 440 L280 640', '#7c6a54', 18) +
      [0, 1, 2, 3, 4].map((i) => block(120 + i * 114, 400, 106, 44, 8, i % 2 ? t.base : t.light)).join('') +
      turned('M330 310 h90 v90 h-90Z', STEEL) +
      `<path d="M420 330 q44 4 30 50 l-30 8" fill="none" stroke="#9aa0a7" stroke-width="10"/>` +
      block(500, 330, 70, 70, 12, '#c47a58'),
  ),
  lantern: standing(
    130,
    (t) =>
      oval(400, 430, 230, 200, '#fff2c466') +
      `<path d="M300 290 Q300 120 400 120 Q500 120 500 290" fill="none" stroke="${INK}" stroke-width="12"/>` +
      body('M320 280 Q330 210 400 206 Q470 210 480 280Z', t.base) +
      turned('M306 300 H494 V520 H306Z', '#ffedb8') +
      line('M352 300 V520 M400 300 V520 M448 300 V520', t.base, 6) +
      round(286, 280, 228, 32, 10, t.dark) +
      round(280, 516, 240, 124, 18, t.base) +
      oval(400, 580, 24, 24, t.light),
  ),
  soccerball: standing(
    190,
    (t) =>
      ball(400, 440, 200, 200, t.base) +
      shape('M400 360 L470 410 L444 494 H356 L330 410Z', INK) +
      line('M400 360 V262 M470 410 L566 378 M444 494 L506 578 M356 494 L294 578 M330 410 L234 378', INK, 8) +
      shape(
        'M360 246 Q400 236 440 246 L430 270 L400 284 L370 270Z M560 330 Q590 380 596 430 L566 400Z M240 330 Q210 380 204 430 L234 400Z M500 600 Q530 590 552 568 L520 560Z M300 600 Q270 590 248 568 L280 560Z',
        INK,
      ),
  ),
  basketball: standing(
    190,
    (t) =>
      ball(400, 440, 200, 200, t.base) +
      line('M400 240 V640 M200 440 H600 M262 296 Q370 440 262 584 M538 296 Q430 440 538 584', '#4a3428', 9),
  ),
  volleyball: standing(
    190,
    (t) =>
      ball(400, 440, 200, 200, t.base) +
      line(
        'M400 440 Q380 330 440 244 M400 440 Q510 430 590 500 M400 440 Q330 520 236 554 M340 340 Q360 290 400 242 M470 350 Q500 320 556 316 M300 460 Q250 470 206 470 M440 500 Q440 580 420 638 M510 500 Q520 560 500 612',
        '#3f6fb5',
        9,
      ),
  ),
  racket: laid((t) => strung(t) + ball(570, 600, 54, 54, '#d9e06a') + line('M528 578 Q570 600 576 652', '#f6f6e2', 6)),
  badminton: laid(
    (t) =>
      strung(t) +
      turn(
        -155,
        570,
        590,
        body('M546 550 L510 464 Q570 440 630 464 L594 550Z', '#fbfaf5') +
          line('M554 546 L526 466 M570 546 V456 M586 546 L614 466 M530 506 Q570 494 610 506', '#d5d0c4', 4) +
          ball(570, 568, 30, 28, t.dark),
      ),
  ),
  paddle: laid(
    (t) =>
      turn(
        30,
        400,
        400,
        block(364, 500, 72, 210, 18, WOOD) +
          ball(400, 330, 190, 200, t.base) +
          shape('M270 476 Q400 440 530 476 L440 540 H360Z', WOOD),
      ) + ball(610, 600, 52, 52, '#f7f4ec'),
  ),
  helmet: standing(
    230,
    (t) =>
      body('M150 560 Q160 260 420 260 Q650 280 660 520 Q640 560 560 560 Q380 600 150 560Z', t.base) +
      [
        [270, 400, -24],
        [380, 360, -8],
        [500, 360, 12],
      ]
        .map(([x, y, a]) => turn(a!, x!, y!, box(x! - 20, y! - 40, 42, 150, 21, t.deep)))
        .join('') +
      line('M170 540 Q380 580 640 520', t.light, 14) +
      line('M300 580 Q330 660 400 650 M470 580 Q450 650 400 650', INK, 12),
  ),
  bicycle: standing(
    310,
    (t) =>
      [210, 590]
        .map(
          (x) =>
            `<circle cx="${x}" cy="510" r="126" fill="none" stroke="${INK}" stroke-width="16"/><circle cx="${x}" cy="510" r="112" fill="none" stroke="${STEEL}" stroke-width="6"/>` +
            Array.from({ length: 8 }, (_, i) => turn(i * 45, x, 510, line(`M${x} 510 V402`, '#9aa0a7', 2))).join('') +
            oval(x, 510, 12, 12, INK),
        )
        .join('') +
      line(
        'M210 510 L320 330 H530 L390 510 H210 M320 330 L390 510 M300 290 L320 330 M530 330 L590 510 M530 330 L516 260',
        t.base,
        18,
      ) +
      line('M516 260 Q570 230 590 262 M516 260 L480 250', INK, 14) +
      body('M250 270 Q300 250 360 276 Q330 300 270 296Z', '#6b4a2e') +
      `<circle cx="390" cy="510" r="34" fill="none" stroke="${INK}" stroke-width="9"/>` +
      line('M390 510 L420 560 h26', INK, 9),
  ),
}
