SELECT name, count(*) FROM pupil JOIN mark USING (pupil) GROUP BY pupil HAVING count(*) > 1
