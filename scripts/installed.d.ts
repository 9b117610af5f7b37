export declare const isInstalled: (root: string, environment?: NodeJS.ProcessEnv | Record<string, string>) => boolean
