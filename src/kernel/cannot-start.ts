/** Something the person who starts the shop can put right. The command line prints the message alone, without a stack. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart'
}
