/** Every sentence of the console's frame in Korean. The English file must have the same members: the compiler compares them. */
export const ko = {
  name: '운영 콘솔',
  nav: '콘솔 메뉴',
  shop: '장터로 가기',
  overview: {
    title: '한눈에 보기',
    hint: '직원의 권한마다 열리는 화면이 다릅니다.',
    roles: '내 권한',
    places: '화면',
  },
  failure: {
    forbidden: '들어갈 수 없는 화면입니다',
    forbiddenHint: '이 화면은 권한이 있는 직원만 볼 수 있습니다. 필요하면 운영 담당자에게 권한을 요청해 주세요.',
    missing: '없는 화면입니다',
    missingHint: '주소를 확인해 주세요.',
    title: '화면을 열지 못했습니다',
    hint: '잠시 후 다시 시도해 주세요.',
    retry: '다시 열기',
    back: '콘솔 첫 화면',
  },
}

export type ConsoleWords = typeof ko
