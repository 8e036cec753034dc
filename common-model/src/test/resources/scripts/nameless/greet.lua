-- no first line
return {}
