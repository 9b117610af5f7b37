import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** A document by its path from the checkout's folder. */
export interface Document {
  readonly path: string
  readonly text: string
}

const LINK = /\]\(([^)\s]+)\)/g
const HEADING = /^#{1,6} +(.*)$/gm

const withoutCode = (text: string): string => text.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '')

/** How a heading is named in a link. */
const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-')

/** Links that lead nowhere: to a file that is not there, or to a heading that a document of ours does not have. */
export const brokenLinks = (
  documents: readonly Document[],
  exists: (path: string) => boolean = existsSync,
): readonly string[] =>
  documents.flatMap(({ path, text }) =>
    [...withoutCode(text).matchAll(LINK)]
      .map((each) => each[1]!)
      .filter((link) => {
        if (/^[a-z]+:/i.test(link)) return false
        const [file = '', anchor] = link.split('#')
        const target = file === '' ? path : normalize(join(dirname(path), decodeURI(file)))
        if (!exists(target)) return true
        const there = documents.find((each) => each.path === target)
        const anchors = [...(there?.text.matchAll(HEADING) ?? [])].map((each) => anchorOf(each[1]!))
        return anchor !== undefined && there !== undefined && !anchors.includes(anchor)
      })
      .map((link) => `${path}: ${link}`),
  )

const SNIPPET = /```\w+\n\/\/ (\S+)\n([\s\S]*?)```/g

/** Pieces of code that name a file but do not stand in it so. A line of `…` leaves something out. */
export const staleSnippets = (documents: readonly Document[], read: (path: string) => string): readonly string[] =>
  documents.flatMap(({ path, text }) =>
    [...text.matchAll(SNIPPET)].flatMap(([, file = '', code = '']) =>
      code
        .split(/^…\n/m)
        .filter((piece) => !read(file).includes(piece))
        .map((piece) => `${path} shows as ${file}:\n${piece}`),
    ),
  )

const FIRST_CELL = /^\| ([^|]+) \|/gm

/** Packages without a line in the document of dependencies, and lines about packages that are not there. */
export const unexplained = (document: string, packages: readonly string[]): readonly string[] => {
  const named = [...document.matchAll(FIRST_CELL)]
    .flatMap((each) => each[1]!.split(', '))
    .filter((name) => name !== 'package' && !/^-+$/.test(name))
  return [
    ...packages.filter((each) => !named.includes(each)).map((each) => `${each} has no line`),
    ...named.filter((each) => !packages.includes(each)).map((each) => `${each} is not a dependency`),
  ]
}

/** What belongs to one machine, and no document of the house. */
export const ofOneMachine = (documents: readonly Document[]): readonly string[] =>
  documents.flatMap(({ path, text }) =>
    [
      ...text.matchAll(
        /(?<![\w.~-])\/(?:home|root|Users|work|private)\/\w+|[\w.-]*(?:registry|artifact)[\w-]*\.[\w.-]+/g,
      ),
    ].map((each) => `${path}: ${each[0]}`),
  )

const ROW = /^\| `([^`]+)` \|/gm

/** Lines that a table shows in its first cell, of a log or a start, and that no source says. A `…` leaves something out. */
export const unsaid = (document: string, sources: readonly string[]): readonly string[] =>
  [...document.matchAll(ROW)]
    .map((each) => each[1]!)
    .filter((line) => !sources.some((source) => line.split('…').every((piece) => source.includes(piece.trim()))))
