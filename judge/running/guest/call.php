
?>
<?php
(function () {
  // The driver of calls for PHP, put at the end of a program's main file. What call.py says holds here, too; only that
  // the program's own top level has run before, and that objects are associative arrays.
  $request = json_decode(stream_get_contents(STDIN), true, 512, JSON_THROW_ON_ERROR);
  [$first, $method] = explode(".", $request["function"]) + [1 => null];
  $value = $method === null
    ? $first(...$request["arguments"])
    : (new $first())->$method(...$request["arguments"]);
  file_put_contents("php://fd/3", json_encode($value, JSON_THROW_ON_ERROR | JSON_PRESERVE_ZERO_FRACTION));
})();
