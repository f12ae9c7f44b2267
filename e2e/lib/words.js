// What the pages say, in one place: the tests find things as people and screen readers do, by role and name. When a
// page changes its words (crates/pages/locales/en.toml), this file follows and no test does.

export const paths = {
  join: '/join',
  signIn: '/login',
  profile: (handle) => `/@${handle}`,
  video: (id) => `/v/${id}`,
};

export const words = {
  // The bottom bar.
  upload: /upload/i,
  profile: /profile$/i,

  // Joining and signing in.
  handle: 'Handle',
  password: 'Password',
  birthDate: 'Birth date',
  join: 'Join',
  signIn: 'Sign in',
  signInRefused: 'Handle or password is not right.',
  passwordWrong: 'The password is not right.',

  // Uploading.
  file: 'Choose a video',
  caption: 'Caption',
  fit: /^fit/i,
  frameFollow: /^follow follows/i,
  publish: 'Publish',
  preparing: 'Getting your video ready',

  // The way of a video: up, made ready, published.
  pause: 'Pause',
  resume: 'Go on',
  paused: /^Paused/,
  line: 'Waiting for the line. It goes on by itself.',
  turn: 'Waits for its turn',
  ready: 'Ready to publish',
  willGoOut: /^Goes out as soon as it is ready/,
  goesOut: /Goes out on/,
  published: 'Published',
  publishAll: 'Publish all',
  saved: 'Saved',
  save: 'Save',
  keep: 'Keep as draft',
  schedule: 'Schedule…',
  scheduleAt: 'Publish on',
  scheduleDo: 'Schedule',
  unschedule: 'Take the time back',
  unfinished: 'Not finished',
  drafts: 'Drafts',
  goOn: /^Continue/,
  discard: /^Discard/,
  discardConfirm: 'Discard for good',
  discarded: 'Discarded.',
  draftBanner: /^Draft: only you see this/,
  draftCount: (n) => `${n} draft${n === 1 ? '' : 's'}`,

  // The frame that follows, adjusted by hand.
  adjust: /^Adjust/,
  frameAt: 'Where the frame is',
  moment: 'Moment',
  deletePoint: 'Delete point',
  jumpHere: 'Jump here',
  aimChanged: /^Changed, not used yet/,
  reset: 'Reset',
  useThis: 'Use this',
  findAgain: 'Find it again',
  frameByHand: /^The frame is where you put it/,

  // A video.
  videoBy: (handle) => `Video by @${handle}`,
  sound: /sound/i,
  like: 'Like',
  download: 'Download',
  downloadOf: (caption) => `Download: ${caption}`,

  // Profile → Settings and privacy → Manage account → Phone number.
  settings: 'Settings and privacy',
  manageAccount: /^Manage account/,
  phoneNumber: /^Phone number/,
  number: 'Phone number',
  sendCode: 'Send code',
  code: 'Six-digit code',
  confirmCode: 'Confirm',
  phoneLinked: 'Your phone number is linked.',

  // Following, and being left in peace.
  privateAccount: /^Private account/,
  makePrivate: 'Make it private',
  follow: /^Follow @/,
  followOf: (handle) => `Follow @${handle}`,
  requested: /^Requested/,
  following: /^Following/,
  friends: /^Friends/,
  followersCount: /followers?$/i,
  followRequests: 'Follow requests',
  accept: /^Accept @/,
  noRequests: 'No requests',
  lockedAsk: /Ask to follow, and they decide/,
  lockedAsked: /You have asked; the answer is theirs/,
  accountMenu: 'More about this account',
  mute: /^Mute/,
  unmute: /^Unmute/,
  mutedAccounts: 'Muted accounts',
  block: /^Block/,
  blockOf: (handle) => `Block @${handle}`,
  unblock: /^Unblock/,

  // Coins.
  coins: /^Coins/,
  toPayment: 'Go on to the payment',
  payPage: 'To the page of the payment',
  giveCoins: 'Give coins',
  give: 'Give',

  // Leaving.
  leaving: /^Thinking about removing your account\?/,
  goes: 'What goes',
  stays: 'What stays',
  forfeited: 'What is forfeited',
  takeFirst: 'Take your things first',
  continue: 'Continue',
  codeWrong: 'The code is not right.',
  gone: 'Your account is gone.',
  openReceipt: 'Open the receipt',
  receiptComplete: /^All is erased/,
  notThere: 'Nothing here',
};
