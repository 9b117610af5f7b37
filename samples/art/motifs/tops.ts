import { body, box, line, oval, laid, shape, type Motifs } from '../pen.ts'

const SHORT =
  'M300 190 Q400 250 500 190 L570 218 L672 330 L598 392 L556 352 L556 632 Q400 652 244 632 L244 352 L202 392 L128 330 L230 218Z'
const LONG =
  'M300 180 Q400 236 500 180 L566 206 Q604 232 618 300 L668 590 L596 606 L556 392 L558 630 Q400 650 242 630 L244 392 L204 606 L132 590 L182 300 Q196 232 234 206Z'
const neck = (colour: string, y = 190) => line(`M300 ${y} Q400 ${y + 60} 500 ${y}`, colour, 15)
const folds = (colour: string) =>
  line('M290 420 Q300 520 286 610 M512 430 Q502 520 516 608 M256 352 L262 420 M544 352 L538 420', colour, 5)
const ribs = (colour: string, y: number) =>
  Array.from({ length: 15 }, (_, i) => line(`M${262 + i * 20} ${y} v26`, colour, 4)).join('')
const cables = (colour: string) =>
  [320, 400, 480]
    .map((x) =>
      line(
        `M${x - 14} 300 q28 30 0 60 q-28 30 0 60 q28 30 0 60 q-28 30 0 60 M${x + 14} 300 q-28 30 0 60 q28 30 0 60 q-28 30 0 60 q28 30 0 60`,
        colour,
        6,
      ),
    )
    .join('')
const buttons = (x: number, ys: readonly number[], colour: string) => ys.map((y) => oval(x, y, 8, 8, colour)).join('')

export const tops: Motifs = {
  tshirt: laid(
    (t) =>
      body(SHORT, t.base) +
      neck(t.dark) +
      folds(t.dark) +
      line('M146 344 L196 392 M654 344 L604 392 M250 612 Q400 632 550 612', t.dark, 5),
  ),
  stripetee: laid(
    (t) =>
      body(LONG, t.pale) +
      [300, 356, 412, 468, 524, 580].map((y) => line(`M250 ${y} Q400 ${y + 16} 550 ${y}`, t.base, 20)).join('') +
      neck(t.base, 180) +
      line(
        'M172 380 L232 392 M156 460 L218 474 M142 540 L204 556 M628 380 L568 392 M644 460 L582 474 M658 540 L596 556',
        t.base,
        18,
      ),
  ),
  longtee: laid(
    (t) =>
      body(LONG, t.base) + neck(t.dark, 180) + folds(t.dark) + line('M138 568 L206 584 M662 568 L594 584', t.dark, 6),
  ),
  sweatshirt: laid(
    (t) =>
      body(LONG, t.base) +
      neck(t.dark, 180) +
      box(244, 598, 314, 34, 8, t.dark) +
      ribs(t.base, 602) +
      shape('M132 590 L204 606 L210 572 L140 556Z', t.dark) +
      shape('M668 590 L596 606 L590 572 L660 556Z', t.dark) +
      line('M384 222 L400 244 L416 222', t.dark, 6),
  ),
  hoodie: laid(
    (t) =>
      body(LONG, t.base) +
      shape('M286 196 Q290 110 400 108 Q510 110 514 196 Q470 262 400 264 Q330 262 286 196Z', t.dark) +
      shape('M322 192 Q336 142 400 140 Q464 142 478 192 Q440 236 400 238 Q360 236 322 192Z', t.deep) +
      line('M372 250 L366 350 M428 250 L434 340', t.pale, 7) +
      shape('M300 470 L500 470 L532 574 L268 574Z', t.dark) +
      shape('M308 478 L492 478 L520 566 L280 566Z', t.base) +
      box(244, 600, 314, 32, 8, t.dark),
  ),
  knit: laid(
    (t) =>
      body(LONG, t.base) + cables(t.dark) + neck(t.dark, 180) + box(244, 596, 314, 36, 8, t.light) + ribs(t.dark, 600),
  ),
  cardigan: laid(
    (t) =>
      body(LONG, t.base) +
      shape('M340 188 L400 430 L460 188 Q400 214 340 188Z', t.deep) +
      line('M322 186 L396 430 L396 634 M478 186 L404 430 L404 634', t.dark, 15) +
      buttons(412, [450, 500, 550, 600], t.accent) +
      body('M268 470 h84 v92 h-84Z', t.light) +
      body('M450 470 h84 v92 h-84Z', t.light),
  ),
  shirt: laid(
    (t) =>
      body(LONG, t.base) +
      shape('M318 176 L400 262 L482 176 L400 196Z', t.deep) +
      body('M310 164 L400 250 L346 296 L288 190Z', t.light) +
      body('M490 164 L400 250 L454 296 L512 190Z', t.light) +
      line('M400 256 V638', t.dark, 5) +
      buttons(414, [310, 378, 446, 514, 582], t.accent) +
      line('M448 352 h78 v84 l-39 22 l-39 -22Z', t.dark, 5) +
      line('M138 560 L206 576 M662 560 L594 576', t.dark, 5),
  ),
  jacket: laid(
    (t) =>
      body(LONG, t.base) +
      box(250, 590, 300, 42, 8, t.dark) +
      shape('M330 178 L400 214 L470 178 L462 158 L338 158Z', t.dark) +
      line('M400 210 V632', t.accent, 7) +
      line('M286 446 L340 520 M514 446 L460 520', t.deep, 8) +
      line('M252 300 Q320 330 396 320 M548 300 Q480 330 404 320', t.dark, 5) +
      box(395, 260, 10, 26, 4, t.deep),
  ),
  coat: laid(
    (t) =>
      body(
        'M300 150 L500 150 L574 186 Q606 214 616 300 L648 560 L582 570 L560 400 L586 690 H214 L240 400 L218 570 L152 560 L184 300 Q194 214 226 186Z',
        t.base,
      ) +
      shape('M340 150 L400 330 L460 150Z', t.pale) +
      body('M308 146 L400 350 L330 320 L296 230Z', t.dark) +
      body('M492 146 L400 350 L470 320 L504 230Z', t.dark) +
      line('M400 348 V690', t.deep, 5) +
      buttons(422, [400, 470, 540], t.deep) +
      body('M262 500 h96 v26 h-96Z', t.dark) +
      body('M442 500 h96 v26 h-96Z', t.dark),
  ),
  padding: laid(
    (t) =>
      body(LONG, t.base) +
      [270, 340, 410, 480, 550]
        .map((y) => line(`M246 ${y} Q320 ${y + 22} 396 ${y + 6} Q480 ${y + 22} 554 ${y}`, t.dark, 7))
        .join('') +
      line(
        'M186 330 L244 352 M168 420 L226 436 M150 510 L214 524 M614 330 L556 352 M632 420 L574 436 M650 510 L586 524',
        t.dark,
        7,
      ) +
      body('M306 196 L318 132 Q400 112 482 132 L494 196 Q400 244 306 196Z', t.light) +
      line('M400 214 V636', t.deep, 9),
  ),
}
