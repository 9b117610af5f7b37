/** A category as `product.putCategory` takes it; ids are paths such as `fashion-women-tee`. */
export interface SampleCategory {
  readonly id: string
  readonly name: string
  readonly nameEn: string
  readonly parentId: string | null
  readonly position: number
}

/** Last part of the id, Korean name, English name; indented below its parent by two blanks. */
const tree = `
fashion | 패션 | Fashion
  women | 여성의류 | Women's clothing
    tee | 티셔츠 | T-shirts
    shirt | 셔츠/블라우스 | Shirts & blouses
    knit | 니트/가디건 | Knitwear
    dress | 원피스 | Dresses
    bottom | 스커트/팬츠 | Skirts & trousers
  men | 남성의류 | Men's clothing
    tee | 티셔츠/맨투맨 | T-shirts & sweatshirts
    shirt | 셔츠 | Shirts
    outer | 아우터 | Outerwear
    pants | 팬츠 | Trousers
  shoes | 신발 | Shoes
    sneakers | 스니커즈 | Sneakers
    dress | 구두/로퍼 | Dress shoes & loafers
    sandals | 샌들/슬리퍼 | Sandals & slippers
  bags | 가방/지갑 | Bags & wallets
    tote | 토트/숄더백 | Totes & shoulder bags
    backpack | 백팩 | Backpacks
    wallet | 지갑 | Wallets
  acc | 패션잡화 | Accessories
    cap | 모자 | Hats
    socks | 양말 | Socks
    jewelry | 주얼리 | Jewellery
    watch | 시계 | Watches
beauty | 뷰티 | Beauty
  skin | 스킨케어 | Skincare
    toner | 스킨/토너 | Toners
    serum | 세럼/앰플 | Serums
    cream | 크림 | Creams
    sun | 선케어 | Sun care
    mask | 마스크팩 | Sheet masks
    cleanser | 클렌징 | Cleansers
  makeup | 메이크업 | Makeup
    lip | 립 | Lips
    base | 베이스 | Base makeup
    eye | 아이 | Eyes
  hair | 헤어 | Hair
    shampoo | 샴푸 | Shampoo
    treatment | 트리트먼트 | Treatments
  body | 바디/향수 | Body & fragrance
    wash | 바디워시 | Body wash
    lotion | 바디로션/핸드크림 | Body lotion & hand cream
    perfume | 향수 | Perfume
food | 식품 | Food
  fresh | 과일/채소/쌀 | Fruit, vegetables & rice
    fruit | 과일 | Fruit
    vegetable | 채소 | Vegetables
    rice | 쌀/잡곡 | Rice & grains
  protein | 정육/수산 | Meat & seafood
    meat | 정육 | Meat
    fish | 생선/해산물 | Fish & seafood
    dried | 건어물/김 | Dried seafood & laver
  pantry | 김치/반찬/양념 | Kimchi, sides & sauces
    kimchi | 김치 | Kimchi
    side | 반찬 | Side dishes
    sauce | 장/양념/오일 | Sauces & oils
  meal | 간편식 | Ready meals
    noodle | 면/떡볶이 | Noodles & tteokbokki
    frozen | 만두/냉동식품 | Dumplings & frozen food
    soup | 국/탕/찌개 | Soups & stews
  snack | 간식 | Snacks
    cookie | 과자/쿠키 | Biscuits & cookies
    nuts | 견과 | Nuts
  drink | 음료/차 | Drinks & tea
    coffee | 커피 | Coffee
    tea | 차 | Tea
    juice | 주스/음료 | Juice & drinks
  health | 건강식품 | Health food
    vitamin | 비타민/영양제 | Vitamins & supplements
    ginseng | 홍삼 | Red ginseng
living | 생활/주방 | Home & kitchen
  cook | 조리도구 | Cookware
    pan | 프라이팬 | Frying pans
    pot | 냄비 | Pots
    tool | 칼/도마/조리기구 | Knives, boards & tools
  table | 식기 | Tableware
    plate | 그릇/접시 | Bowls & plates
    cup | 컵/머그 | Cups & mugs
    tumbler | 텀블러/물병 | Tumblers & bottles
  clean | 세탁/청소 | Laundry & cleaning
    detergent | 세탁세제 | Laundry detergent
    kitchen | 주방/욕실세제 | Kitchen & bath cleaners
  bath | 욕실/위생 | Bath & hygiene
    towel | 수건 | Towels
    tissue | 화장지 | Tissue
    oral | 구강용품 | Oral care
  store | 수납/정리 | Storage
    basket | 수납함/바구니 | Boxes & baskets
    umbrella | 우산/생활잡화 | Umbrellas & sundries
digital | 디지털/가전 | Electronics
  audio | 음향기기 | Audio
    headphone | 헤드폰 | Headphones
    earbud | 이어폰 | Earphones
    speaker | 스피커 | Speakers
  computer | PC/주변기기 | Computers
    keyboard | 키보드 | Keyboards
    mouse | 마우스 | Mice
    monitor | 모니터 | Monitors
  mobile | 모바일 | Mobile
    case | 휴대폰 케이스 | Phone cases
    charger | 충전기/보조배터리 | Chargers & power banks
  kitchen | 주방가전 | Kitchen appliances
    fryer | 에어프라이어 | Air fryers
    kettle | 전기포트/커피머신 | Kettles & coffee machines
    cooker | 밥솥 | Rice cookers
  season | 생활/계절가전 | Home appliances
    fan | 선풍기/서큘레이터 | Fans
    humidifier | 가습기 | Humidifiers
    vacuum | 청소기 | Vacuum cleaners
home | 가구/인테리어 | Furniture & decor
  livingroom | 거실가구 | Living room
    sofa | 소파 | Sofas
    table | 테이블 | Tables
  bedroom | 침실 | Bedroom
    bed | 침대 | Beds
    bedding | 침구 | Bedding
  study | 서재/사무 | Study & office
    desk | 책상 | Desks
    chair | 의자 | Chairs
    shelf | 선반/책장 | Shelves
  decor | 홈데코 | Decor
    lamp | 조명 | Lighting
    rug | 러그/커튼 | Rugs & curtains
    cushion | 쿠션/방석 | Cushions
    candle | 캔들/디퓨저 | Candles & diffusers
    clock | 시계/액자 | Clocks & frames
    plant | 화분/원예 | Plants & pots
sports | 스포츠/레저 | Sports & leisure
  fitness | 헬스/요가 | Fitness & yoga
    yoga | 요가/필라테스 | Yoga & pilates
    weight | 웨이트/홈트 | Weights & home training
    wear | 스포츠의류 | Sportswear
  camping | 캠핑 | Camping
    tent | 텐트/타프 | Tents & tarps
    furniture | 캠핑의자/테이블 | Camp furniture
    ware | 캠핑취사/랜턴 | Camp kitchen & lanterns
  play | 구기/수영 | Ball games & swimming
    ball | 구기용품 | Balls
    racket | 라켓 | Rackets
    swim | 수영용품 | Swimming
  outdoor | 등산/자전거 | Hiking & cycling
    hiking | 등산용품 | Hiking gear
    cycle | 자전거용품 | Cycling gear
books | 도서/문구 | Books & stationery
  book | 도서 | Books
    novel | 소설 | Novels
    essay | 에세이 | Essays
    practical | 취미/실용 | Hobbies & how-to
    picture | 그림책 | Picture books
  stationery | 문구 | Stationery
    notebook | 노트/다이어리 | Notebooks & diaries
    pen | 필기구 | Pens
    desk | 사무/데스크용품 | Desk supplies
    art | 미술용품 | Art supplies
kids | 유아동 | Baby & kids
  wear | 유아동의류 | Children's clothing
    baby | 베이비의류 | Baby clothing
    child | 아동의류 | Kids' clothing
  care | 육아용품 | Baby care
    diaper | 기저귀/물티슈 | Nappies & wipes
    feeding | 수유/이유식용품 | Feeding
  toy | 완구 | Toys
    block | 블록/원목교구 | Blocks & wooden toys
    doll | 인형 | Soft toys
    board | 퍼즐/보드게임 | Puzzles & board games
pets | 반려동물 | Pets
  dog | 강아지 | Dogs
    food | 강아지 사료 | Dog food
    treat | 강아지 간식 | Dog treats
    goods | 강아지 용품 | Dog supplies
  cat | 고양이 | Cats
    food | 고양이 사료/간식 | Cat food & treats
    litter | 모래/위생 | Litter & hygiene
    toy | 스크래처/장난감 | Scratchers & toys
`

const read = (): SampleCategory[] => {
  const path: string[] = []
  const children = new Map<string | null, number>()
  return tree
    .trim()
    .split('\n')
    .map((row) => {
      const depth = (row.length - row.trimStart().length) / 2
      const [part, name, nameEn] = row.trim().split(' | ') as [string, string, string]
      path.splice(depth, path.length, part)
      const parentId = depth === 0 ? null : path.slice(0, depth).join('-')
      const position = children.get(parentId) ?? 0
      children.set(parentId, position + 1)
      return { id: path.join('-'), name, nameEn, parentId, position }
    })
}

/** The category tree, three levels deep, every parent before its children. */
export const sampleCategories: readonly SampleCategory[] = read()

const parents = new Set(sampleCategories.map((each) => each.parentId))

/** Ids of the categories that hold products themselves. */
export const leafIds: readonly string[] = sampleCategories
  .filter((each) => !parents.has(each.id))
  .map((each) => each.id)
