// The loop of a contender's process: a job a line on stdin, what it took a line on stdout. The twin of loop.py.

import { readFileSync, writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";

const cpuSeconds = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };

async function measured(scale, data, job) {
  let pictures = [];
  const wall = performance.now(), cpu = cpuSeconds();
  for (let i = 0; i < job.repeats; i++) pictures = await scale(data, job);
  const wall_s = (performance.now() - wall) / 1000 / job.repeats, cpu_s = (cpuSeconds() - cpu) / job.repeats;
  if (job.output) writeFileSync(job.output, pictures[0]);
  return { cpu_s, wall_s, bytes: pictures.reduce((sum, each) => sum + each.length, 0) };
}

export async function serve(scale) {
  let source = { path: "", data: null };
  for await (const line of createInterface({ input: process.stdin })) {
    const job = JSON.parse(line);
    if (source.path !== job.source) source = { path: job.source, data: readFileSync(job.source) };
    let answer;
    try {
      answer = await measured(scale, source.data, job);
    } catch (error) {
      answer = { error: String(error) };
    }
    process.stdout.write(JSON.stringify(answer) + "\n");
  }
}
