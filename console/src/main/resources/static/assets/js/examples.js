export const EXAMPLES = {
  "Hello": "print('Hello, World!')\n",
  "Return a value": `from collections import Counter

text = "the miller sees not all the water that goes by his mill"
words = Counter(text.split())

print("counted", sum(words.values()), "words")
return words.most_common(3)
`,
  "Watch it run": `import time

for step in range(1, 6):
    print(f"step {step} of 5", flush=True)
    time.sleep(1)
return "done"
`,
  "An exception": `def divide(a, b):
    return a / b

print("before")
divide(1, 0)
`,
  "A timeout (set 1 s)": "while True:\n    pass\n",
  "Await": `import asyncio

async def fetch(n):
    await asyncio.sleep(0.1)
    return n * n

return await asyncio.gather(*(fetch(n) for n in range(5)))
`,
};
