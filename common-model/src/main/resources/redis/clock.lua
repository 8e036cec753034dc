-- Redis's time.
return {text(now())}
