<!doctype html><title>{{title}}</title><table>\\
%for number, name in rows:
<tr><td>{{number}}</td><td>{{name}}</td></tr>\\
%end
</table>