import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { program, run } from './programs.ts'

const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'

/** A program as Maven names it. */
export interface Artifact {
  readonly group: string
  readonly name: string
  readonly version: string
}

const pom = ({ group, name, version }: Artifact): string => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>jangteo</groupId>
  <artifactId>engine</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>
  </dependencies>
</project>
`

const maven = async (args: readonly string[], folder: string, progress: (line: string) => void): Promise<void> => {
  const mvn = await program('mvn', 'maven default-jre-headless', progress)
  await run(mvn, ['-B', '-q', ...args], { cwd: folder })
}

/** Puts a program and everything it needs to run, as jars, into `lib` of the folder. */
export const withDependencies = async (
  artifact: Artifact,
  folder: string,
  progress: (line: string) => void,
): Promise<void> => {
  writeFileSync(join(folder, 'pom.xml'), pom(artifact))
  const lib = join(folder, 'lib')
  await maven([`${PLUGIN}:copy-dependencies`, '-DincludeScope=runtime', `-DoutputDirectory=${lib}`], folder, progress)
}

/** Copies one file of Maven's into the folder, or unpacks it there. */
export const oneFile = async (
  how: 'copy' | 'unpack',
  { group, name, version }: Artifact,
  type: string,
  folder: string,
  progress: (line: string) => void,
): Promise<void> => {
  const artifact = `${group}:${name}:${version}:${type}`
  await maven([`${PLUGIN}:${how}`, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`], folder, progress)
}
