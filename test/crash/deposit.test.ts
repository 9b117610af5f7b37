import {
  awaiting,
  cancelingAwaiting,
  depositing,
  lateDeposit,
  overdueAtToss,
  overdueHere,
  refunding,
  reminding,
} from './flows-deposit.ts'
import { crashMatrix } from './matrix.ts'

crashMatrix([awaiting, depositing, cancelingAwaiting, overdueAtToss, overdueHere, reminding, refunding, lateDeposit])
