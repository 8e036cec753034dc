local function greeting() return 'hello ' end
