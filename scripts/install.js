import { spawn } from 'node:child_process'
import { accessSync, constants, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isInstalled } from './installed.js'

const isAlive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Lets one process at a time install: `npm start` and `npm test` may be the first two commands of a checkout. */
const takeTurn = async (root) => {
  const folder = join(root, '.jangteo')
  const file = join(folder, 'installing')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o711 })
    accessSync(root, constants.W_OK)
  } catch {
    throw new Error(`The packages are not installed, and ${root} cannot be written: run the command as its owner once.`)
  }
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    let holder = 0
    try {
      holder = Number(readFileSync(file, 'utf8'))
    } catch {}
    if (holder && !isAlive(holder)) rmSync(file, { force: true })
    else await sleep(200)
  }
}

/** npm as the machine has it. Not with our own Node.js, which `npm ci` deletes and unpacks anew. */
const npm = (root) => {
  const { npm_node_execpath: node, npm_execpath: cli } = process.env
  if (node && cli && !node.startsWith(join(root, 'node_modules'))) return [node, [cli]]
  return ['npm', []]
}

const pathWithoutOurs = () =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes(join('node_modules', '.bin')))
    .join(delimiter)

const runNpm = (root) =>
  new Promise((resolve, reject) => {
    const [file, first] = npm(root)
    // No dependency needs its install script, so none runs.
    const args = [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
    const child = spawn(file, args, {
      cwd: root,
      env: { ...process.env, PATH: pathWithoutOurs() },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child.stdout.resume()
    let asked = false
    const pass = (signal) => {
      asked = true
      child.kill(signal)
    }
    process.on('SIGINT', pass).on('SIGTERM', pass)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      process.off('SIGINT', pass).off('SIGTERM', pass)
      resolve(asked || signal ? 130 : code)
    })
  })

/** Installs the dependencies when they are not what the lockfile says. Answers npm's exit code. */
export const install = async (root) => {
  if (isInstalled(root)) return 0
  const done = await takeTurn(root)
  try {
    if (isInstalled(root)) return 0
    const began = performance.now()
    process.stdout.write('Installing packages (the first time takes a minute) …\n')
    const code = await runNpm(root)
    if (code === 0) process.stdout.write(`Installed in ${Math.round((performance.now() - began) / 1000)} s\n`)
    return code
  } finally {
    done()
  }
}
